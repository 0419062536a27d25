/**
 * Repair: stopping a cell. Stock tslab stops synchronous code only, reports an `await` cell as interrupted while it goes on,
 * and hears nothing while a cell computes. Here the control thread hears the stop button (pressure.ts), and the cell ends:
 *
 * - A cell that listens (`interruptSignal()`, reachable as `globalThis[Symbol.for("workbook.interrupt")].signal`) is asked: a
 *   training run ends at its step. It has five seconds; a second press ends it at once.
 * - Every other cell gets an InterruptedError at its next loop or `await`, so that its `finally` blocks run.
 * - One that waits for something else is given up on: its timers are cleared and whatever still comes back meets the error.
 * - Code that does not come to a loop of a cell, e.g. inside a package, is ended by SIGINT in a cell's synchronous part.
 */
import vm from "node:vm";
import { type CellRun, runningCode } from "./cell-run";
import { NOTICE, PATIENCE, PHASE, type SharedState, STATE } from "./state";
import { openScopes, repairScopes } from "./tensorflow";

const KEY = Symbol.for("workbook.interrupt");

/** Two signals closer than this are one: a front end may signal the process group and the process (ms). */
const SAME_SIGNAL = 300;

/** Thrown in a cell that was interrupted. */
export class InterruptedError extends Error {
  override readonly name = "Interrupted";
}

/** Where synchronous code enters the part that a signal stops. Its name keeps it out of stacks. */
const DOOR = Symbol.for("workbook.cell");
const door = new vm.Script(`globalThis[Symbol.for("workbook.cell")]()`, { filename: "node:workbook" });

export class Interrupts {
  private current: CellRun | undefined;
  private number = 0;
  private abandoned = 0;
  private giveUp: ((reason: InterruptedError) => void) | undefined;
  private timer: NodeJS.Timeout | undefined;
  private lastSignal = Number.NEGATIVE_INFINITY;

  constructor(private readonly state: SharedState) {
    const signal = () => this.signal();
    Object.assign(globalThis, { [KEY]: Object.defineProperty({}, "signal", { get: signal }) });
  }

  /** Call at a cell's start, before it is compiled. */
  begin(run: CellRun): void {
    this.current = run;
    Atomics.store(this.state, STATE.stop, 0);
    Atomics.store(this.state, STATE.listens, 0);
    Atomics.store(this.state, STATE.cell, ++this.number);
  }

  /** Call at a cell's end. */
  end(): void {
    clearTimeout(this.timer);
    Atomics.store(this.state, STATE.cell, 0);
    Atomics.store(this.state, STATE.stop, 0);
    this.giveUp = undefined;
    this.current = undefined;
  }

  /** True once the running cell was asked to stop. */
  get requested(): boolean {
    return this.current?.asked === true || Atomics.load(this.state, STATE.stop) !== 0;
  }

  /** A press of the stop button, from the control thread. @param cell the cell that ran then */
  pressed(cell: number, first: boolean): void {
    if (this.current && cell === this.number && !(first && this.current.asked)) this.stop(this.current);
  }

  /** A SIGINT from outside, by a front end that sends signals. */
  signalled(): void {
    const now = Date.now();
    if (now - this.lastSignal >= SAME_SIGNAL && this.current) this.stop(this.current);
    this.lastSignal = now;
  }

  /** In a cell's code, at every loop once `stop` is set, and at every `await`. @throws InterruptedError */
  checkpoint(): void {
    if (this.state[STATE.stop] === 0 && this.abandoned === 0) return;
    const run = runningCode() ?? this.current;
    if (run?.abandoned) throw new InterruptedError("the cell was given up on; this was the rest of it.");
    if (!run || run !== this.current || this.state[STATE.stop] === 0) return;
    if (!run.asked) this.stop(run);
    if (this.state[STATE.stop] !== 0) throw new InterruptedError(STOPPED);
  }

  /** Runs a cell's synchronous part: where it does not come to a checkpoint, a signal stops it. @throws InterruptedError */
  inside<Result>(work: () => Result): Result {
    const scopes = openScopes();
    const results: Result[] = [];
    Object.assign(globalThis, { [DOOR]: () => results.push(this.enter(work)) });
    try {
      door.runInThisContext({ breakOnSigint: true });
    } catch (error) {
      if (!isScriptInterrupt(error)) throw error;
      repairScopes(scopes);
      throw new InterruptedError(STOPPED);
    } finally {
      Atomics.store(this.state, STATE.phase, PHASE.outside);
    }
    return results[0];
  }

  /** Settles with the cell's own promise, or rejects when the cell is given up on. */
  race<T>(work: Promise<T>): Promise<T> {
    return Promise.race([
      work,
      new Promise<never>((_, reject) => {
        this.giveUp = reject;
      }),
    ]);
  }

  private enter<Result>(work: () => Result): Result {
    Atomics.store(this.state, STATE.phase, PHASE.inside);
    try {
      return work();
    } finally {
      this.leave();
    }
  }

  /** A signal that is under way has to arrive in here: outside it would end the process or meet the next cell. */
  private leave(): void {
    const { inside, outside, signalled } = PHASE;
    if (Atomics.compareExchange(this.state, STATE.phase, inside, outside) !== signalled) return;
    for (const end = Date.now() + 1_000; Date.now() < end; );
  }

  /** Asks, where the cell listens and was not asked yet; else it ends at its next checkpoint, or soon without one. */
  private stop(run: CellRun): void {
    const polite = !run.asked && Atomics.load(this.state, STATE.listens) === 1;
    run.asked = true;
    Atomics.store(this.state, STATE.stop, polite ? 0 : 1);
    run.controller.abort(new InterruptedError(STOPPED));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (polite ? this.stop(run) : this.abandon(run)), polite ? PATIENCE : NOTICE);
  }

  /** Ends whatever a cell has left behind: one that does not end, or that ended by the error, whose timers would go on. */
  abandon(run: CellRun): void {
    if (run !== this.current || run.abandoned) return;
    this.abandoned++;
    run.abandon();
    this.giveUp?.(new InterruptedError(`${STOPPED} What it waited for may still be going on outside the notebook.`));
  }

  /** Of the cell that asks, also after its end; that the running one asks is remembered. */
  private signal(): AbortSignal | undefined {
    const run = runningCode() ?? this.current;
    if (run !== undefined && run === this.current) Atomics.store(this.state, STATE.listens, 1);
    return run?.controller.signal;
  }
}

const STOPPED = "the cell was interrupted; what it had assigned stays.";

function isScriptInterrupt(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_SCRIPT_EXECUTION_INTERRUPTED";
}
