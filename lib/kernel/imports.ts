/**
 * What a cell imports, at run time; compile/resolve.ts has the same for types. `../lib` loads the built library, from any
 * folder a notebook lies in, and so does `gliner-workbook`. TypeScript and JavaScript files of the reader's own, in whatever
 * folder, are compiled in memory (local-modules.ts). Packages are those of the notebook's folder, then the project's.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { isAbsolute, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { UserError } from "../errors";
import type { CellImportList } from "./compile/references";
import { type CellWords, exported, type ModuleWords, namespace } from "./interop";
import { LocalModules } from "./local-modules";
import { NativeModules } from "./native-modules";
import { builtModule, PROJECT_ROOT } from "./project";
import { computes, projectTensorflow, startBackend } from "./tensorflow";

type Load = (specifier: string) => unknown;

export class CellImports {
  private readonly local = new LocalModules(
    (folder) => this.from(folder),
    (path, folder) => this.words(path, folder),
  );
  private readonly natives = new NativeModules();

  /**
   * @param folder the notebook's folder
   * @param bindName makes a name of the notebook stand for what a module exports
   * @param afterLoad called whenever a module has been loaded
   */
  constructor(
    private readonly folder: string,
    private readonly bindName: (name: string, read: () => unknown) => void,
    private readonly afterLoad: () => void = () => undefined,
  ) {}

  /** A module of a name that a cell has defined. */
  define(path: string, source: string): void {
    this.local.define(path, source);
  }

  /** Call before a cell runs: what has to be waited for is loaded, so that the cell itself need not wait. */
  async prepare({ bound, asked }: CellImportList): Promise<void> {
    for (const specifier of bound) await this.prepareOne(specifier, this.folder);
    if ([...asked].some(computes)) await startBackend();
  }

  /** `require` as seen from a folder. */
  from(folder = this.folder): Load {
    const packages = requireFrom(folder);
    const find: Load = (specifier) => {
      if (specifier === "tslab") return packages("tslab");
      const built = builtModule(specifier, folder);
      if (built) return loadBuilt(built, specifier, packages);
      const path = this.local.find(specifier, folder);
      if (path !== undefined) return this.local.load(path);
      return this.natives.get(specifier, folder) ?? projectTensorflow(specifier) ?? packages(specifier);
    };
    const load: Load = (specifier) => {
      const loaded = find(specifier);
      this.afterLoad();
      return loaded;
    };
    return Object.assign(load, { resolve: createRequire(join(folder, "cell.js")).resolve });
  }

  /** What a cell calls its imports by. */
  cellWords(): CellWords {
    const load = this.from();
    return {
      ...this.words(join(this.folder, "cell.ts"), this.folder),
      bind: (specifier, names) => {
        const module = load(specifier);
        for (const [name, key] of Object.entries(names)) this.bindName(name, () => exported(module, key));
      },
    };
  }

  private words(path: string, folder: string): ModuleWords {
    const load = this.from(folder);
    return {
      import: async (asked) => {
        const specifier = toPath(String(asked));
        await this.prepareOne(specifier, folder);
        return namespace(load(specifier));
      },
      meta: metaOf(path, folder),
    };
  }

  /** A local file's own imports are waited for as well. */
  private async prepareOne(specifier: string, folder: string): Promise<void> {
    if (computes(specifier)) return startBackend();
    if (builtModule(specifier, folder)) return;
    const path = this.local.find(specifier, folder);
    if (path === undefined) return this.natives.prepare(specifier, folder);
    for (const [inner, from] of this.local.importsOf(path)) await this.prepareOne(inner, from);
  }
}

function toPath(specifier: string): string {
  return specifier.startsWith("file:") ? fileURLToPath(specifier) : specifier;
}

function metaOf(path: string, folder: string): ImportMeta {
  const { resolve } = createRequire(path);
  const resolveUrl = (specifier: string): string => {
    const found = resolve(specifier);
    return isAbsolute(found) ? pathToFileURL(found).href : found;
  };
  return { url: pathToFileURL(path).href, dirname: folder, filename: path, resolve: resolveUrl };
}

/** Node's `require` as seen from a folder, with the project's packages behind those of the folder. */
function requireFrom(folder: string): Load {
  const own = createRequire(join(folder, "cell.js"));
  const project = createRequire(join(PROJECT_ROOT, "cell.js"));
  return (specifier) => (resolves(own, specifier) || !resolves(project, specifier) ? own : project)(specifier);
}

function resolves(from: NodeJS.Require, specifier: string): boolean {
  try {
    from.resolve(specifier);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "MODULE_NOT_FOUND") return false;
    throw error;
  }
}

function loadBuilt(path: string, specifier: string, packages: Load): unknown {
  for (const file of [`${path}.js`, join(path, "index.js")]) if (existsSync(file)) return packages(file);
  throw new UserError(
    `"${specifier}" is not built: there is no ${path}.js; run \`npm run -s build\` and restart the kernel.`,
  );
}
