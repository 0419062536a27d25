/**
 * A cell in TypeScript -> JavaScript that runs, with the declarations by which later cells know its names; and what an
 * editor asks of it. In place of tslab's converter, with its results.
 */
import { join, relative } from "node:path";
import type { Diagnostic } from "tslab/dist/converter";
import type * as TypeScript from "typescript";
import { parseMap, type SourceLines } from "../source-lines";
import { type CellText, readCell, topNames } from "./cell-text";
import { completion } from "./completion";
import { pickDeclarations, withoutRedeclared } from "./declarations";
import { diagnosis, HARMLESS, UNKNOWN } from "./faults";
import { CellLanguage } from "./language";
import { type CellImportList, cellTransformer } from "./statements";
import { compiler } from "./typescript";

export interface Converted {
  /** Where there are any, the cell does not run and nothing else is set. */
  faults: Diagnostic[];
  code: string;
  lines?: SourceLines;
  /** Of all names that are known after the cell. */
  declarations: string;
  /** The values that the cell declares. */
  declared: readonly string[];
  imports: CellImportList;
}

export class CellConverter {
  private readonly language: CellLanguage;

  /** @param folder the notebook's folder */
  constructor(private readonly folder: string) {
    this.language = new CellLanguage(folder);
    // All that is the same for every cell is read now.
    this.language.program();
  }

  /** @param earlier the declarations of the cells before */
  convert(earlier: string, source: string): Converted {
    const cell = readCell(source);
    if (cell.faults.length > 0) return failed(cell.faults.map((fault) => diagnosis(fault, cell.file, 0)));
    const { values, types } = cell.names;
    const known = withoutRedeclared(earlier, cell.names);
    const names = [...new Set([...values, ...types])];
    const start = this.put(known, `${cell.text}\nexport { ${names.join(", ")} };`);
    const program = this.language.program();
    const faults = this.faults(program, start, cell);
    if (faults.length > 0) return failed(faults);
    const imports: CellImportList = { bound: new Set(), asked: new Set() };
    const { code, map, declarations } = this.emit(program, start, imports);
    const own = pickDeclarations(declarations, (name) => values.has(name) || types.has(name));
    return {
      faults,
      code,
      lines: { maps: [parseMap(map)], before: known.split("\n").length - 1 },
      declarations: known + own + this.nestedVariables(program, cell),
      declared: [...values],
      imports,
    };
  }

  /** A module of a name, as tslab has them: a cell whose first comment says `@module name`. */
  addModule(name: string, source: string): Diagnostic[] {
    const path = join(this.folder, `${name}.ts`).replaceAll("\\", "/");
    this.language.set(path, source);
    const program = this.language.programWith(path);
    const file = program.getSourceFile(path);
    if (!file) return [];
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map((fault) =>
      diagnosis(fault, file, 0),
    );
  }

  inspect(earlier: string, source: string, position: number): TypeScript.QuickInfo | undefined {
    const start = this.put(withoutRedeclared(earlier, readCell(source).names), source);
    return this.language.service.getQuickInfoAtPosition(this.language.path, start + position);
  }

  complete(earlier: string, source: string, position: number): ReturnType<typeof completion> {
    const start = this.put(withoutRedeclared(earlier, readCell(source).names), source);
    const info = this.language.service.getCompletionsAtPosition(this.language.path, start + position, {});
    return completion(info?.entries ?? [], source, position);
  }

  close(): void {
    this.language.service.dispose();
  }

  /** @returns where the cell begins in the file */
  private put(known: string, text: string): number {
    this.language.set(this.language.path, known + text);
    return known.length;
  }

  /** What is wrong under the notebook's rules, and under strict ones too. */
  private faults(program: TypeScript.Program, start: number, cell: CellText): Diagnostic[] {
    const faults = this.faultsOf(program, start, cell);
    const isOpen = faults.length > 0 && !faults.some(({ code }) => UNKNOWN.has(code));
    return isOpen && this.faultsOf(this.language.strictProgram(program), start, cell).length === 0 ? [] : faults;
  }

  private faultsOf(program: TypeScript.Program, start: number, cell: CellText): Diagnostic[] {
    const file = this.cellFile(program);
    const isOwn = ({ start: at = 0 }: TypeScript.Diagnostic): boolean => at >= start && at <= start + cell.text.length;
    const own = program.getSemanticDiagnostics(file).filter(isOwn);
    const faults = own.filter(({ code }) => !HARMLESS.has(code)).map((fault) => diagnosis(fault, file, start));
    for (const local of this.language.localFiles(program))
      for (const fault of [...program.getSyntacticDiagnostics(local), ...program.getSemanticDiagnostics(local)])
        faults.push({ ...diagnosis(fault, local, 0), fileName: relative(this.folder, local.fileName) });
    return faults;
  }

  /** `var` in a block or a loop is known after the cell as well; TypeScript declares only what stands at the top. */
  private nestedVariables(program: TypeScript.Program, { file, names }: CellText): string {
    const atTop = topNames(file);
    const nested = new Set([...names.values].filter((name) => !atTop.has(name)));
    if (nested.size === 0) return "";
    const checker = program.getTypeChecker();
    const cellFile = this.cellFile(program);
    const variables = checker
      .getSymbolsInScope(cellFile, compiler.SymbolFlags.FunctionScopedVariable)
      .filter((symbol) => nested.has(symbol.name) && symbol.valueDeclaration?.getSourceFile() === cellFile);
    return variables
      .map((symbol) => {
        const type = checker.getTypeOfSymbolAtLocation(symbol, cellFile);
        const text = checker.typeToString(type, cellFile, compiler.TypeFormatFlags.NoTruncation);
        return `declare var ${symbol.name}: ${text};\n`;
      })
      .join("");
  }

  private cellFile(program: TypeScript.Program): TypeScript.SourceFile {
    const file = program.getSourceFile(this.language.path);
    if (!file) throw new Error(`TypeScript does not know the cell's file, ${this.language.path}.`);
    return file;
  }

  /**
   * Declarations are written although one of them names a type by its path, which does not hold on another disk: they are read
   * by the next cell and nobody else. `forceDtsEmit` is a parameter of TypeScript's that its declarations do not show.
   */
  private emit(program: TypeScript.Program, start: number, imports: CellImportList): Emitted {
    const outputs = new Map<string, string>();
    const write: TypeScript.WriteFileCallback = (path, text) => outputs.set(ending(path), text);
    const before = [cellTransformer(program.getTypeChecker(), start, imports)];
    const emitting: Emitting = program;
    emitting.emit(this.cellFile(program), write, undefined, false, { before, after: [withoutExports] }, true);
    const [code = "", map = "", declarations = ""] = ENDINGS.map((end) => outputs.get(end));
    return { code: code.replace(/\/\/# sourceMappingURL=.*\s*$/, ""), map, declarations };
  }
}

interface Emitting {
  emit(...args: [...emit: Parameters<TypeScript.Program["emit"]>, forceDtsEmit?: boolean]): TypeScript.EmitResult;
}
interface Emitted {
  code: string;
  map: string;
  declarations: string;
}

const ENDINGS = [".js", ".js.map", ".d.ts"] as const;
function ending(path: string): string {
  return ENDINGS.find((end) => path.endsWith(end)) ?? path;
}

/** A module without an export gets `export {};` from TypeScript; the code runs in a function, where none may stand. */
const withoutExports: TypeScript.TransformerFactory<TypeScript.SourceFile> = () => (file) =>
  compiler.factory.updateSourceFile(
    file,
    file.statements.filter((statement) => !compiler.isExportDeclaration(statement)),
  );

function failed(faults: Diagnostic[]): Converted {
  return { faults, code: "", declarations: "", declared: [], imports: { bound: new Set(), asked: new Set() } };
}
