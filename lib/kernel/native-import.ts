/** Modules that `require` does not load: those written as ES modules, and packages that are exported to `import` alone. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import vm from "node:vm";
import { UserError } from "../errors";

type NativeImport = (specifier: string) => Promise<unknown>;

/** Node's own `import()`, as seen from a folder. TypeScript makes a `require` of one that is written down. */
export function nativeImport(folder: string): NativeImport {
  const importModuleDynamically = vm.constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  if (!importModuleDynamically)
    return (specifier) => {
      throw new UserError(
        `"${specifier}" is an ES module; this Node (${process.versions.node}) loads one into a notebook from 20.12 on: update Node.`,
      );
    };
  const filename = join(folder, "cell.mjs");
  const load: NativeImport = vm.runInThisContext("(specifier) => import(specifier)", {
    filename,
    importModuleDynamically,
  });
  return (specifier) => withoutWarning(() => load(specifier));
}

/** Node calls its own loader in `vm` experimental, and would say so under the reader's cell. */
function withoutWarning<T>(make: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return make();
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** True where a module must come by `import`; a module that cannot be found at all is left to `require`, which says so. */
export function needsImport(specifier: string, folder: string): boolean {
  try {
    const path = createRequire(join(folder, "cell.js")).resolve(specifier);
    return isEsFile(path);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ERR_PACKAGE_PATH_NOT_EXPORTED";
  }
}

/** By its extension, or by the nearest package.json. */
function isEsFile(path: string): boolean {
  const end = extname(path);
  if (end !== ".js") return end === ".mjs";
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    const type = packageType(join(folder, "package.json"));
    if (type !== undefined) return type === "module";
  }
  return false;
}

/** @returns undefined where there is no such file */
function packageType(path: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
  const read: unknown = JSON.parse(text);
  const type = typeof read === "object" && read !== null && "type" in read ? read.type : "";
  return String(type);
}
