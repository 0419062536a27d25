/**
 * TypeScript's language service over one file, the cell, in the notebook's folder: what an editor uses. One program goes
 * over into the next, so that a cell costs what it changes.
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import type * as TypeScript from "typescript";
import { isInstalled, ModuleResolver } from "./resolve";
import { notebookRules } from "./rules";
import { strictProgram } from "./second-opinion";
import { compiler } from "./typescript";

/** TypeScript's own; its declarations do not show them. Without the cache every program reads every package.json again. */
interface Cached {
  hasInvalidatedResolutions(path: string): boolean;
  getModuleResolutionCache(): TypeScript.ModuleResolutionCache;
}

type Files = Pick<
  TypeScript.LanguageServiceHost,
  "fileExists" | "readFile" | "directoryExists" | "getDirectories" | "realpath"
>;

export class CellLanguage {
  /** The file that is the cell; it is not on the disk. */
  readonly path: string;
  readonly service: TypeScript.LanguageService;
  private readonly resolver: ModuleResolver;
  private strict: TypeScript.Program | undefined;
  private checked: string | undefined;
  private readonly documents = new Map<string, string>();
  private readonly versions = new Map<string, number>();

  /** @param folder the notebook's folder */
  constructor(private readonly folder: string) {
    this.path = join(folder, "__cell__.ts").replaceAll("\\", "/");
    this.documents.set(this.path, "");
    const rules = notebookRules();
    this.resolver = new ModuleResolver(this.files(), rules, folder);
    this.service = compiler.createLanguageService(this.host(rules));
  }

  /** Puts a text in the place of the cell, or of a module that a cell has defined. */
  set(path: string, text: string): void {
    if (this.documents.get(path) === text) return;
    this.documents.set(path, text);
    this.versions.set(path, (this.versions.get(path) ?? 0) + 1);
  }

  /** The program for the texts as they are now, and files on the disk as they are now. */
  program(): TypeScript.Program {
    const program = this.service.getProgram();
    if (!program) throw new Error("TypeScript's language service has no program although it compiles everything.");
    return program;
  }

  /** The program with a module that a cell has defined and that nobody imports yet. */
  programWith(path: string): TypeScript.Program {
    this.checked = path;
    try {
      return this.program();
    } finally {
      this.checked = undefined;
    }
  }

  /** The same files under the rules of a strict project. */
  strictProgram(program: TypeScript.Program): TypeScript.Program {
    this.strict = strictProgram(program, this.resolver, this.strict);
    return this.strict;
  }

  /** The files that a cell leads to and that change while the kernel runs: TypeScript and JavaScript of the reader's own. */
  localFiles(program: TypeScript.Program): TypeScript.SourceFile[] {
    return program
      .getSourceFiles()
      .filter(({ fileName, isDeclarationFile }) => !isDeclarationFile && fileName !== this.path)
      .filter(({ fileName }) => !isInstalled(fileName) && !fileName.endsWith(".json"));
  }

  private host(options: TypeScript.CompilerOptions): TypeScript.LanguageServiceHost {
    const { resolver } = this;
    const host: TypeScript.LanguageServiceHost & Cached = {
      ...this.files(),
      // A file that was missing may be there now; else every cell would look up every import of every package again.
      hasInvalidatedResolutions: (path) => resolver.unresolved.has(path),
      readDirectory: compiler.sys.readDirectory,
      useCaseSensitiveFileNames: () => compiler.sys.useCaseSensitiveFileNames,
      getCompilationSettings: () => options,
      getScriptFileNames: () => (this.checked === undefined ? [this.path] : [this.path, this.checked]),
      getScriptVersion: (path) => this.version(path),
      getScriptSnapshot: (path) => {
        const text = this.read(path);
        return text === undefined ? undefined : compiler.ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => this.folder,
      getDefaultLibFileName: compiler.getDefaultLibFilePath,
      resolveModuleNameLiterals: (literals, _path, _redirected, _options, file) => resolver.resolveAll(literals, file),
      getModuleResolutionCache: () => resolver.cache,
    };
    return host;
  }

  private files(): Files {
    return {
      fileExists: (path) => this.documents.has(path) || compiler.sys.fileExists(path),
      readFile: (path) => this.read(path),
      directoryExists: compiler.sys.directoryExists,
      getDirectories: compiler.sys.getDirectories,
      realpath: compiler.sys.realpath,
    };
  }

  private read(path: string): string | undefined {
    return this.documents.get(path) ?? compiler.sys.readFile(path);
  }

  private version(path: string): string {
    if (this.documents.has(path)) return `${this.versions.get(path) ?? 0}`;
    if (isInstalled(path)) return "installed";
    const found = statSync(path, { throwIfNoEntry: false });
    return found ? `${found.mtimeMs}:${found.size}` : "gone";
  }
}
