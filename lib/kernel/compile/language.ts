/**
 * TypeScript's language service over one file, the cell, in the notebook's folder: what an editor uses. One program goes
 * over into the next, so that a cell costs what it changes.
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import type * as TypeScript from "typescript";
import { isInstalled, ModuleResolver } from "./resolve";
import { notebookRules } from "./rules";
import { compiler } from "./typescript";

export class CellLanguage {
  /** The file that is the cell; it is not on the disk. */
  readonly path: string;
  readonly service: TypeScript.LanguageService;
  private readonly documents = new Map<string, string>();
  private readonly versions = new Map<string, number>();

  /** @param folder the notebook's folder */
  constructor(private readonly folder: string) {
    this.path = join(folder, "__cell__.ts").replaceAll("\\", "/");
    this.documents.set(this.path, "");
    this.service = compiler.createLanguageService(this.host(notebookRules()));
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

  /** The files that a cell leads to and that change while the kernel runs: TypeScript and JavaScript of the reader's own. */
  localFiles(program: TypeScript.Program): TypeScript.SourceFile[] {
    return program
      .getSourceFiles()
      .filter(({ fileName, isDeclarationFile }) => !isDeclarationFile && fileName !== this.path)
      .filter(({ fileName }) => !isInstalled(fileName) && !fileName.endsWith(".json"));
  }

  private host(options: TypeScript.CompilerOptions): TypeScript.LanguageServiceHost {
    const read = (path: string): string | undefined => this.documents.get(path) ?? compiler.sys.readFile(path);
    const files: TypeScript.ModuleResolutionHost = {
      fileExists: (path) => this.documents.has(path) || compiler.sys.fileExists(path),
      readFile: read,
      directoryExists: compiler.sys.directoryExists,
      getDirectories: compiler.sys.getDirectories,
      realpath: compiler.sys.realpath,
    };
    const resolver = new ModuleResolver(files, options, this.folder);
    const fresh = {
      // Or every cell would look up every import of every package again: a second or two a cell.
      hasInvalidatedResolutions: (path: string) => !isInstalled(path),
    };
    return {
      ...files,
      ...fresh,
      readDirectory: compiler.sys.readDirectory,
      useCaseSensitiveFileNames: () => compiler.sys.useCaseSensitiveFileNames,
      getCompilationSettings: () => options,
      getScriptFileNames: () => [...this.documents.keys()],
      getScriptVersion: (path) => this.version(path),
      getScriptSnapshot: (path) => {
        const text = read(path);
        return text === undefined ? undefined : compiler.ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => this.folder,
      getDefaultLibFileName: compiler.getDefaultLibFilePath,
      resolveModuleNameLiterals: (literals, _path, _redirected, _options, file) =>
        literals.map((literal) => resolver.resolve(literal, file)),
    };
  }

  private version(path: string): string {
    if (this.documents.has(path)) return `${this.versions.get(path) ?? 0}`;
    if (isInstalled(path)) return "installed";
    const found = statSync(path, { throwIfNoEntry: false });
    return found ? `${found.mtimeMs}:${found.size}` : "gone";
  }
}
