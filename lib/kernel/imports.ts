/**
 * Repair: `../lib` at run time. The compiler side is in compiler.ts; here the same import loads the built library, from
 * any folder a notebook lies in. Local TypeScript files beside a notebook keep tslab's own way: compiled in memory.
 */
import { existsSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { dirname, extname, isAbsolute, join } from "node:path";
import type { SideOutput } from "tslab/dist/converter";
import { UserError } from "../errors";
import { builtModule, PROJECT_ROOT } from "./project";

type Load = (specifier: string) => unknown;

/** A module of Node's with the two methods by which tslab, and we, run code under a path of our choice. */
interface CompilableModule extends Module {
  _compile(code: string, fileName: string): void;
  paths: string[];
}
interface ModuleClass {
  new (id: string, parent?: Module): CompilableModule;
  _nodeModulePaths(folder: string): string[];
}
const LoadableModule: ModuleClass = Object.assign(Module);

/** What `require` is inside the cells of a notebook. */
export class CellImports {
  private readonly compiled = new Map<string, string>();
  private readonly loaded = new Map<string, Module>();

  /** @param folder the notebook's folder */
  constructor(private readonly folder: string) {}

  /** Takes the JavaScript of local files that a cell imports; a changed file is loaded anew. */
  update(files: readonly SideOutput[]): void {
    for (const { path, data } of files) {
      this.loaded.delete(path);
      this.compiled.set(path, data);
    }
  }

  /** `require` as seen from a folder. */
  from(folder = this.folder): Load {
    const native = createRequire(join(folder, "cell.js"));
    return (specifier) => {
      if (specifier === "tslab") return native("tslab");
      const built = builtModule(specifier, folder);
      if (built) return loadBuilt(built, specifier, native);
      return this.loadLocal(specifier, folder) ?? installed(specifier, native);
    };
  }

  private loadLocal(specifier: string, folder: string): unknown {
    if (!specifier.startsWith(".")) return undefined;
    const path = join(folder, specifier).replaceAll("\\", "/").replace(/\.ts$/, "");
    const file = extname(path) === ".js" ? path : `${path}.js`;
    const known = this.loaded.get(file);
    if (known) return known.exports;
    const code = this.compiled.get(file);
    if (code === undefined) return undefined;
    const local = new LoadableModule(file, module);
    local.filename = file;
    local.paths = LoadableModule._nodeModulePaths(dirname(file));
    local.require = Object.assign(this.from(dirname(file)));
    // Registered first, as Node does, so that two files may import each other.
    this.loaded.set(file, local);
    local._compile(code, file);
    return local.exports;
  }
}

/** A package as seen from the notebook's folder, else the project's own: notebooks lie anywhere. */
function installed(specifier: string, native: NodeJS.Require): unknown {
  const isPackage = !specifier.startsWith(".") && !isAbsolute(specifier);
  if (!isPackage || canResolve(specifier, native)) return native(specifier);
  return canResolve(specifier, projectRequire) ? projectRequire(specifier) : native(specifier);
}

const projectRequire = createRequire(join(PROJECT_ROOT, "package.json"));

function canResolve(specifier: string, from: NodeJS.Require): boolean {
  try {
    from.resolve(specifier);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "MODULE_NOT_FOUND") return false;
    throw error;
  }
}

function loadBuilt(path: string, specifier: string, native: Load): unknown {
  for (const file of [`${path}.js`, join(path, "index.js")]) if (existsSync(file)) return native(file);
  throw new UserError(
    `"${specifier}" is not built: there is no ${path}.js; run \`npm run -s build\` and restart the kernel.`,
  );
}
