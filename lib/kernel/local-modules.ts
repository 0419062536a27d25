/**
 * Files of the reader's own that a cell imports: TypeScript and JavaScript, compiled in memory, and JSON. A file that has
 * changed, or one of whose imports has, is loaded anew by the next import.
 */
import { readFileSync, statSync } from "node:fs";
import { dirname, extname, isAbsolute, resolve } from "node:path";
import vm from "node:vm";
import { UserError } from "../errors";
import { type CompiledFile, compileFile } from "./compile/local-file";
import type { ModuleWords } from "./interop";
import { parseMap, rememberFile } from "./source-lines";

interface Loaded {
  version: string;
  module: { exports: unknown };
  /** Local files that it asked for. */
  inner: Set<string>;
}

/** What `./x` may stand for. `.js` is what some write for a TypeScript file. */
const ENDS = ["", ".ts", ".js", ".json", "/index.ts", "/index.js"];
/** What is left to Node. */
const FOREIGN = new Set([".mjs", ".cjs", ".node"]);

export class LocalModules {
  private readonly loaded = new Map<string, Loaded>();
  private readonly compiled = new Map<string, CompiledFile & { version: string }>();
  /** Sources of modules that cells have defined. */
  private readonly defined = new Map<string, { version: string; source: string }>();

  constructor(
    private readonly requireFrom: (folder: string) => (specifier: string) => unknown,
    private readonly words: (path: string, folder: string) => ModuleWords,
  ) {}

  define(path: string, source: string): void {
    const version = String(Number(this.defined.get(path)?.version ?? 0) + 1);
    this.defined.set(path, { version, source });
  }

  /** The file that a relative or absolute import leads to; undefined where it leads to Node, or nowhere. */
  find(specifier: string, folder: string): string | undefined {
    if (!specifier.startsWith(".") && !isAbsolute(specifier)) return undefined;
    const path = resolve(folder, specifier).replaceAll("\\", "/");
    const candidates = ENDS.map((end) => path + end);
    if (path.endsWith(".js")) candidates.push(path.replace(/js$/, "ts"));
    const found = candidates.find((candidate) => this.version(candidate) !== undefined);
    return found === undefined || FOREIGN.has(extname(found)) || found.includes("/node_modules/") ? undefined : found;
  }

  load(path: string): unknown {
    const known = this.loaded.get(path);
    if (known && this.isFresh(path, new Set())) return known.module.exports;
    const loaded: Loaded = { version: this.version(path) ?? "", module: { exports: {} }, inner: new Set() };
    // Registered first, as Node does, so that two files may import each other.
    this.loaded.set(path, loaded);
    try {
      if (path.endsWith(".json")) loaded.module.exports = readJson(path);
      else this.run(path, loaded);
    } catch (error) {
      this.loaded.delete(path);
      throw error;
    }
    return loaded.module.exports;
  }

  /** All that a file imports at its top, and the local files it imports, each with the folder that it is seen from. */
  importsOf(path: string, seen: Set<string> = new Set()): [specifier: string, folder: string][] {
    if (path.endsWith(".json") || seen.has(path)) return [];
    seen.add(path);
    const folder = dirname(path);
    return this.compile(path).imports.flatMap((specifier): [string, string][] => {
      const inner = this.find(specifier, folder);
      return inner === undefined ? [[specifier, folder]] : this.importsOf(inner, seen);
    });
  }

  private run(path: string, { module, inner }: Loaded): void {
    const folder = dirname(path);
    const load = this.requireFrom(folder);
    const asking = (specifier: string): unknown => {
      const found = this.find(specifier, folder);
      if (found !== undefined) inner.add(found);
      return load(specifier);
    };
    const { code, map } = this.compile(path);
    rememberFile(path, parseMap(map));
    const run = vm.compileFunction(code, ["exports", "require", "module", "__filename", "__dirname", "__cell__"], {
      filename: path,
    });
    run(module.exports, Object.assign(asking, load), module, path, folder, this.words(path, folder));
  }

  private compile(path: string): CompiledFile {
    const version = this.version(path) ?? "";
    const known = this.compiled.get(path);
    if (known?.version === version) return known;
    const compiled = { ...compileFile(path, this.defined.get(path)?.source ?? readFileSync(path, "utf8")), version };
    this.compiled.set(path, compiled);
    return compiled;
  }

  private isFresh(path: string, seen: Set<string>): boolean {
    if (seen.has(path)) return true;
    seen.add(path);
    const loaded = this.loaded.get(path);
    return (
      loaded !== undefined &&
      loaded.version === this.version(path) &&
      [...loaded.inner].every((inner) => this.isFresh(inner, seen))
    );
  }

  /** Undefined where there is no such file. */
  private version(path: string): string | undefined {
    const defined = this.defined.get(path);
    if (defined) return defined.version;
    const found = statSync(path, { throwIfNoEntry: false });
    return found?.isFile() ? `${found.mtimeMs}:${found.size}` : undefined;
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new UserError(`${path} is no JSON: ${error instanceof Error ? error.message : String(error)}.`);
  }
}
