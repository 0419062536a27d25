/**
 * Where the project lies, seen from the compiled kernel (dist/lib/kernel): the kernel must work whatever folder the
 * notebook, and with it the process, was started in.
 */
import { existsSync, realpathSync } from "node:fs";
import { isAbsolute, join, relative, resolve } from "node:path";
import { PROJECT_ROOT } from "../backend/places";

export { PROJECT_ROOT };

const SOURCE = join(PROJECT_ROOT, "lib");
const BUILT = join(PROJECT_ROOT, "dist", "lib");

/** The project's name as a package: how a notebook that lies elsewhere imports the library. */
const PACKAGE = "gliner-workbook";

/**
 * Leads an import of the library's source to the library as built, so that no kernel start compiles it again.
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
