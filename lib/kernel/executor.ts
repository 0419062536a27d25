/**
 * Runs cells: tslab's converter turns a cell into JavaScript, this runs it and says what came out. In place of tslab's
 * executor.ts, which prints failures and results as text.
 */
import vm from "node:vm";
import { type Converter, createConverter } from "tslab/dist/converter";
import { getCodeMetadata } from "tslab/dist/metadata";
import { awaitsAtTop, takeMaps } from "./compiler";
import { type CellFailure, cellName, compileFailure, thrownFailure } from "./failures";
import { CellImports } from "./imports";
import { InterruptedError, type Interrupts } from "./interrupt";
import { CellNames } from "./names";
import { writeOutShorthands } from "./shorthand";
import { rememberCell } from "./source-lines";

export type CellOutcome = { ok: true; value: unknown } | { ok: false; failure: CellFailure };

export class CellExecutor {
  private readonly names = new CellNames();
  private readonly imports: CellImports;
  private readonly sources = new Map<string, string>();
  private compiler: Converter | undefined;

  /** @param folder the notebook's folder: what relative imports are relative to */
  constructor(
    folder: string,
    private readonly interrupts: Interrupts,
  ) {
    this.imports = new CellImports(folder);
  }

  /** tslab's compiler, made when first asked for: that takes a second or two, and the kernel can answer before. */
  get converter(): Converter {
    this.compiler ??= createConverter({ isJS: false, isBrowser: false });
    return this.compiler;
  }

  async execute(source: string, count: number): Promise<CellOutcome> {
    this.interrupts.begin();
    try {
      return await this.compileAndRun(source, count);
    } finally {
      this.interrupts.end();
    }
  }

  private async compileAndRun(source: string, count: number): Promise<CellOutcome> {
    const meta = getCodeMetadata(source);
    if (meta.module) {
      const faults = this.converter.addModule(meta.module, source, meta);
      return faults.length > 0
        ? { ok: false, failure: compileFailure(faults, source) }
        : { ok: true, value: undefined };
    }
    const { declarations } = this.names;
    const converted = this.converter.convert(declarations, writeOutShorthands(source, declarations));
    if (converted.sideOutputs) this.imports.update(converted.sideOutputs);
    if (converted.diagnostics.length > 0) return { ok: false, failure: compileFailure(converted.diagnostics, source) };
    if (converted.output) {
      const file = cellName(count);
      this.sources.set(file, source);
      rememberCell(file, takeMaps());
      this.names.begin(converted.output);
      try {
        await this.run(converted.output, file, awaitsAtTop(source));
      } catch (thrown) {
        this.names.salvage(converted.declOutput ?? "");
        return { ok: false, failure: thrownFailure(thrown, this.sources) };
      }
    }
    this.names.complete(converted.declOutput ?? "");
    return this.result(this.names.take(converted.lastExpressionVar));
  }

  inspect(source: string, position: number): ReturnType<Converter["inspect"]> {
    return this.converter.inspect(this.names.declarations, source, position);
  }

  complete(source: string, position: number): ReturnType<Converter["complete"]> {
    return this.converter.complete(this.names.declarations, source, position);
  }

  /** What was thrown outside a cell's own run, e.g. in a timer, with the lines of cells. */
  explain(thrown: unknown): string {
    return thrownFailure(thrown, this.sources).traceback.join("\n");
  }

  close(): void {
    this.compiler?.close();
  }

  private async run(code: string, filename: string, asynchronous: boolean): Promise<void> {
    // An interrupt that came while the compiler held the thread is still waiting to be heard.
    await new Promise((resolve) => setImmediate(resolve));
    if (this.interrupts.requested) throw new InterruptedError("the cell was interrupted before it ran.");
    const kind = asynchronous ? "async function" : "function";
    // The code starts on a line of its own: a source map's columns hold on its first line too.
    const wrapped = `(${kind}(exports, require) {\n${code}\n})(...globalThis[Symbol.for("workbook.cell")])`;
    Object.assign(globalThis, { [CELL]: [this.names.exports, this.imports.from()] });
    try {
      const returned: unknown = vm.runInThisContext(wrapped, { filename, lineOffset: -1, breakOnSigint: true });
      if (asynchronous) await this.interrupts.race(Promise.resolve(returned));
    } catch (error) {
      if (!isScriptInterrupt(error)) throw error;
      this.interrupts.delivered();
      throw new InterruptedError("the cell was interrupted; names of earlier cells keep their values.");
    }
  }

  /** The value of the last expression; a promise is awaited, as a reader of a notebook expects. */
  private async result(value: unknown): Promise<CellOutcome> {
    try {
      return { ok: true, value: value instanceof Promise ? await this.interrupts.race(value) : value };
    } catch (thrown) {
      return { ok: false, failure: thrownFailure(thrown, this.sources) };
    }
  }
}

/** Where a cell's code finds the names and the `require` it is called with. */
const CELL = Symbol.for("workbook.cell");

function isScriptInterrupt(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_SCRIPT_EXECUTION_INTERRUPTED";
}
