/**
 * Runs cells: tslab's converter turns a cell into JavaScript, this runs it and says what came out. In place of tslab's
 * executor.ts, which prints failures and results as text.
 */
import vm from "node:vm";
import { type Converter, createConverter } from "tslab/dist/converter";
import { getCodeMetadata } from "tslab/dist/metadata";
import { awaitsAtTop, takeMaps } from "./compiler";
import { type CellFailure, cellName, compileFailure, thrownFailure, withUnheard } from "./failures";
import { CellImports } from "./imports";
import { CellNames } from "./names";
import { dressTensors, withoutName } from "./printing";
import { writeOutShorthands } from "./shorthand";
import { rememberCell } from "./source-lines";
import { readableStacks } from "./stacks";
import { belongingTo, type CellRun } from "./stop/cell-run";
import { STOP_NAME, withCheckpoints } from "./stop/checkpoints";
import { InterruptedError, type Interrupts } from "./stop/interrupts";
import type { SharedState } from "./stop/state";

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
    state: SharedState,
  ) {
    this.imports = new CellImports(folder);
    readableStacks(this.sources);
    const stop = Object.assign(state, { check: () => interrupts.checkpoint() });
    Object.defineProperty(globalThis, STOP_NAME, { value: stop });
  }

  /** tslab's compiler, made when first asked for: that takes a second or two, and the kernel can answer before. */
  get converter(): Converter {
    this.compiler ??= createConverter({ isJS: false, isBrowser: false });
    return this.compiler;
  }

  async execute(source: string, run: CellRun): Promise<CellOutcome> {
    this.interrupts.begin(run);
    try {
      const outcome = await this.compileAndRun(source, run);
      // What was rejected on the way is reported once the promises have had their turn.
      await turn();
      const failure = withUnheard(outcome.ok ? undefined : outcome.failure, run.faults, this.sources);
      return failure ? { ok: false, failure } : outcome;
    } finally {
      this.interrupts.end();
    }
  }

  private async compileAndRun(source: string, run: CellRun): Promise<CellOutcome> {
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
      const file = cellName(run.count);
      this.sources.set(file, source);
      const { code, map } = withCheckpoints(converted.output);
      rememberCell(file, [map, ...takeMaps()]);
      this.names.begin(converted.output);
      try {
        await this.run(code, file, awaitsAtTop(source), run);
      } catch (thrown) {
        this.names.salvage(converted.declOutput ?? "");
        return { ok: false, failure: thrownFailure(thrown, this.sources) };
      }
    }
    this.names.complete(converted.declOutput ?? "");
    const value = this.names.take(converted.lastExpressionVar);
    withoutName(value, converted.lastExpressionVar);
    return this.result(value);
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

  private async run(code: string, filename: string, asynchronous: boolean, run: CellRun): Promise<void> {
    // An interrupt that came while the compiler held the thread is still waiting to be heard.
    await turn();
    if (this.interrupts.requested) throw new InterruptedError("the cell was interrupted before it ran.");
    const kind = asynchronous ? "async function" : "function";
    // The code starts on a line of its own: a source map's columns hold on its first line too.
    const wrapped = `(${kind}(exports, require) {\n${code}\n})`;
    const start: (exports: object, load: unknown) => unknown = vm.runInThisContext(wrapped, {
      filename,
      lineOffset: -1,
    });
    const cell = (): unknown => start(this.names.exports, this.loader());
    try {
      const returned = belongingTo(run, () => this.interrupts.inside(cell));
      if (asynchronous) await this.interrupts.race(Promise.resolve(returned));
    } catch (error) {
      // Whatever a cell throws because it was stopped, e.g. that its program was ended, it was stopped.
      if (!this.interrupts.requested || error instanceof InterruptedError) throw error;
      throw new InterruptedError("the cell was interrupted; what it had assigned stays.", { cause: error });
    }
  }

  /** What `require` is inside a cell. */
  private loader(): (specifier: string) => unknown {
    const load = this.imports.from();
    return (specifier) => {
      const loaded = load(specifier);
      dressTensors();
      return loaded;
    };
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

/** Lets everything that waits have its turn: messages, and promises that were rejected. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
