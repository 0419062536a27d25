/**
 * Where the project lies, seen from the compiled kernel (dist/lib/kernel): the kernel must work whatever folder the
 * notebook, and with it the process, was started in.
 */
import { existsSync, realpathSync } from "node:fs";
import { isAbsolute, join, relative, resolve } from "node:path";
import { PROJECT_ROOT } from "../files/places";

export { PROJECT_ROOT };

/** The kernelspec's name: the one that the notebooks carry in their metadata, so that every front end finds it. */
export const KERNEL_NAME = "tslab-workbook";

/** The folder that JUPYTER_PATH names to make the kernel known inside the project. */
export const JUPYTER_FOLDER = join(PROJECT_ROOT, "lib", "kernel", "jupyter");

/** What the kernelspec starts. */
export const LAUNCHER = join(PROJECT_ROOT, "lib", "kernel", "launch.cjs");

/** The name by which a cell anywhere on the machine imports the library: package.json's. */
const PACKAGE = "gliner-workbook";

const SOURCE = join(PROJECT_ROOT, "lib");
const BUILT = join(PROJECT_ROOT, "dist", "lib");

/**
 * Leads an import of the library's source to the library as built, so that no kernel start compiles it again. The
 * package's own name leads there too: a notebook outside the project has no `../lib`. Node's self-reference would need
 * `exports` in package.json, which would close the paths below `lib` and which tslab's TypeScript does not read.
 *
 * @param specifier as written: `../lib`, `../lib/index.ts`, `../../lib/text/words`, `gliner-workbook`
 * @param folder the folder it is relative to
 * @returns the path below dist/lib without extension; undefined for every other import
 */
export function builtModule(specifier: string, folder: string): string | undefined {
  if (specifier === PACKAGE) return join(BUILT, "index");
  if (!specifier.startsWith(".") && !isAbsolute(specifier)) return undefined;
  const path = real(resolve(folder, specifier)).replace(/\.(ts|js)$/, "");
  if (path === SOURCE || path === BUILT) return join(BUILT, "index");
  for (const root of [SOURCE, BUILT]) {
    const inside = relative(root, path);
    if (!inside.startsWith("..") && !isAbsolute(inside)) return join(BUILT, inside);
  }
  return undefined;
}

/** The path behind links, as Node sees this file's own; a path that does not exist stays as it is. */
function real(path: string): string {
  const found = [path, `${path}.ts`].find((candidate) => existsSync(candidate));
  return found === undefined ? path : realpathSync(found);
}
