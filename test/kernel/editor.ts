/**
 * An editor's view of a notebook: TypeScript's language service over one document made of the notebook's code cells, in
 * the notebook's folder. VS Code itself was not run; whether it shows a cell the names of earlier ones is its own affair.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { PROJECT_ROOT } from "../../lib/kernel/project";
import { readNotebook } from "../../lib/kernel/runner/nbformat";

const NOTEBOOKS = join(PROJECT_ROOT, "notebooks");

/** The options by which a notebook is looked at, by name. */
export const EDITOR_OPTIONS: Readonly<Record<string, ts.CompilerOptions>> = {
  // What VS Code gives a file that belongs to no tsconfig.json, as a cell does.
  "VS Code's own": {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    jsx: ts.JsxEmit.React,
    strict: true,
    allowJs: true,
    allowImportingTsExtensions: true,
    noEmit: true,
  },
  "the repository's": { ...repositoryOptions(), module: ts.ModuleKind.ESNext, noUnusedLocals: false, noEmit: true },
};

/** tsconfig.json's; its `module` is CommonJS, in which `await` at the top of a file is no TypeScript. */
function repositoryOptions(): ts.CompilerOptions {
  const path = join(PROJECT_ROOT, "tsconfig.json");
  const { config } = ts.readConfigFile(path, ts.sys.readFile);
  const {
    incremental: _,
    tsBuildInfoFile: __,
    ...options
  } = ts.parseJsonConfigFileContent(config, ts.sys, PROJECT_ROOT).options;
  return options;
}

export class Editor {
  private readonly documents = new Map<string, string>();
  private version = 0;
  private readonly service: ts.LanguageService;

  constructor(private readonly options: ts.CompilerOptions) {
    const read = (path: string): string | undefined => this.documents.get(path) ?? ts.sys.readFile(path);
    this.service = ts.createLanguageService({
      getCompilationSettings: () => this.options,
      getScriptFileNames: () => [...this.documents.keys()],
      // The documents are few and the files of the project do not change meanwhile.
      getScriptVersion: (path) => (this.documents.has(path) ? String(this.version) : "file"),
      getScriptSnapshot: (path) => {
        const text = read(path);
        return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => NOTEBOOKS,
      getDefaultLibFileName: ts.getDefaultLibFilePath,
      fileExists: (path) => this.documents.has(path) || existsSync(path),
      readFile: read,
      directoryExists: ts.sys.directoryExists,
      getDirectories: ts.sys.getDirectories,
      realpath: ts.sys.realpath,
    });
  }

  /** Opens a text as a document of the notebooks' folder. @returns its path */
  open(name: string, text: string): string {
    const path = join(NOTEBOOKS, `${name}.cells.ts`);
    this.documents.set(path, text);
    this.version++;
    return path;
  }

  /** What the editor underlines in red, a line each. */
  faults(path: string): string[] {
    return [...this.service.getSyntacticDiagnostics(path), ...this.service.getSemanticDiagnostics(path)].map(
      ({ start = 0, messageText }) => {
        const line = (this.documents.get(path) ?? "").slice(0, start).split("\n").length;
        return `line ${line}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
      },
    );
  }

  /** The file that an import of the document leads to. */
  resolved(path: string, specifier: string): string | undefined {
    return ts.resolveModuleName(specifier, path, this.options, ts.sys).resolvedModule?.resolvedFileName;
  }

  /** Signature and docstring of the name at the end of a document. */
  hover(path: string): string {
    const info = this.service.getQuickInfoAtPosition(path, (this.documents.get(path) ?? "").length);
    return `${ts.displayPartsToString(info?.displayParts)}\n\n${ts.displayPartsToString(info?.documentation)}`;
  }
}

/** The code cells of one of the project's notebooks, one after the other. */
export function cellsOf(notebook: string): string {
  const { cells } = readNotebook(join(NOTEBOOKS, notebook));
  const code = cells.filter(({ cell_type }) => cell_type === "code");
  // The semicolon keeps a cell that begins with a bracket from continuing the one before.
  return code.map(({ source }) => `${source}\n;`).join("\n");
}
