/**
 * Runs cells: the converter turns a cell into JavaScript, this runs it and says what came out. In place of tslab's
 * executor.ts, which prints failures and results as text.
 */
import { join } from "node:path";
import vm from "node:vm";
import { getCodeMetadata } from "tslab/dist/metadata";
import { awaitsAtTop } from "./compile/cell-text";
import { CellConverter } from "./compile/converter";
import { CELL, NAMES } from "./compile/references";
import { type CellFailure, cellName, compileFailure, thrownFailure, withUnheard } from "./failures";
import { CellImports } from "./imports";
import { CellNames } from "./names";
import { dressTensors } from "./printing";
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
  private compiler: CellConverter | undefined;

  /** @param folder the notebook's folder: what relative imports are relative to */
  constructor(
    private readonly folder: string,
    private readonly interrupts: Interrupts,
    state: SharedState,
  ) {
    this.imports = new CellImports(folder, (name, read) => this.names.bind(name, read), dressTensors);
    readableStacks(this.sources);
    const stop = Object.assign(state, { check: () => interrupts.checkpoint() });
    Object.defineProperty(globalThis, STOP_NAME, { value: stop });
  }

  /** The compiler, made when first asked for: that takes a second or two, and the kernel can answer before. */
  get converter(): CellConverter {
    this.compiler ??= new CellConverter(this.folder);
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
    const { module } = getCodeMetadata(source);
    if (module) return this.defineModule(module, source);
    const converted = this.converter.convert(this.names.declarations, source);
    if (converted.faults.length > 0) return { ok: false, failure: compileFailure(converted.faults, source) };
    const file = cellName(run.count);
    this.sources.set(file, source);
    const { code, map } = withCheckpoints(converted.code);
    const { maps, before } = converted.lines ?? { maps: [], before: 0 };
    rememberCell(file, { maps: [map, ...maps], before });
    this.names.begin(converted.declared);
    try {
      await this.imports.prepare(converted.imports);
      await this.run(code, file, awaitsAtTop(source), run);
    } catch (thrown) {
      this.names.salvage(converted.declarations);
      return this.failed(thrown, run);
    }
    this.names.complete(converted.declarations);
    return this.result(this.names.takeLast(), run);
  }

  /** A cell that begins with a comment `@module name` is a file of that name. */
  private defineModule(name: string, source: string): CellOutcome {
    const faults = this.converter.addModule(name, source);
    if (faults.length > 0) return { ok: false, failure: compileFailure(faults, source) };
    this.imports.define(join(this.folder, `${name}.ts`), source);
    return { ok: true, value: undefined };
  }

  inspect(source: string, position: number): ReturnType<CellConverter["inspect"]> {
    return this.converter.inspect(this.names.declarations, source, position);
  }

  complete(source: string, position: number): ReturnType<CellConverter["complete"]> {
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
    const words = [NAMES, CELL, "exports", "require", "module", "__filename", "__dirname"].join(", ");
    const wrapped = `(${kind}(${words}) {"use strict";\n${code}\n})`;
    const start: (...given: unknown[]) => unknown = vm.runInThisContext(wrapped, { filename, lineOffset: -1 });
    const cell = (): unknown => start(...this.given());
    try {
      const returned = belongingTo(run, () => this.interrupts.inside(cell));
      if (asynchronous) await this.interrupts.race(Promise.resolve(returned));
    } catch (error) {
      // Whatever a cell throws because it was stopped, e.g. that its program was ended, it was stopped.
      if (!this.interrupts.requested || error instanceof InterruptedError) throw error;
      throw new InterruptedError("the cell was interrupted; what it had assigned stays.", { cause: error });
    }
  }

  /** What a cell's code is called with: its names and imports, and what Node gives a module. */
  private given(): unknown[] {
    const module = { exports: {} };
    const path = join(this.folder, "cell.ts");
    const { values } = this.names;
    return [
      values,
      { ...this.imports.cellWords(), ambient: (name: string) => this.names.bindGlobal(name) },
      module.exports,
      this.imports.from(),
      module,
      path,
      this.folder,
    ];
  }

  /** What was thrown out of a cell, as its outcome; one that was stopped leaves nothing behind that goes on. */
  private failed(thrown: unknown, run: CellRun): CellOutcome {
    if (thrown instanceof InterruptedError) this.interrupts.abandon(run);
    return { ok: false, failure: thrownFailure(thrown, this.sources) };
  }

  /** The value of the last expression; a promise is awaited, as a reader of a notebook expects. */
  private async result(value: unknown, run: CellRun): Promise<CellOutcome> {
    try {
      return { ok: true, value: value instanceof Promise ? await this.interrupts.race(value) : value };
    } catch (thrown) {
      return this.failed(thrown, run);
    }
  }
}

/** Lets everything that waits have its turn: messages, and promises that were rejected. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
