/**
 * What a press of the stop button sets in motion, seen from the control thread. First the running code is asked: at its
 * next loop or `await` it ends with an error that it can clean up after. A main thread that does not answer is stopped
 * by force: synchronous code by the signal that Node turns into an error, a program that it waits for by ending it.
 */
import { newestChild, signalTree } from "./children";
import { type FromControl, NOTICE, PATIENCE, PHASE, type SharedState, STATE } from "./state";

export class Pressure {
  private cell = 0;
  private presses = 0;
  private pings = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly state: SharedState,
    private readonly tell: (message: FromControl) => void,
  ) {}

  /** The stop button. Between cells it means nothing. */
  press(): void {
    const cell = Atomics.load(this.state, STATE.cell);
    if (cell === 0) return;
    this.presses = cell === this.cell ? this.presses + 1 : 1;
    this.cell = cell;
    Atomics.store(this.state, STATE.stop, 1);
    this.tell({ kind: "press", cell, first: this.presses === 1 });
    const patience = this.presses === 1 && Atomics.load(this.state, STATE.listens) === 1 ? PATIENCE : NOTICE;
    clearTimeout(this.timer);
    this.ping();
    this.timer = setTimeout(() => this.push(cell, 1), patience);
  }

  /** One more push, harder each time, until the cell has ended. */
  private push(cell: number, round: number): void {
    if (Atomics.load(this.state, STATE.cell) !== cell) return;
    if (Atomics.load(this.state, STATE.seen) < this.pings) this.force(round);
    this.ping();
    this.timer = setTimeout(() => this.push(cell, round + 1), NOTICE);
  }

  /** The main thread's loop does not turn. */
  private force(round: number): void {
    Atomics.store(this.state, STATE.stop, 1);
    if (Atomics.compareExchange(this.state, STATE.phase, PHASE.inside, PHASE.signalled) === PHASE.inside)
      process.kill(process.pid, "SIGINT");
    if (round < 2) return;
    const child = newestChild();
    if (child !== undefined) signalTree(child, round < 4 ? "SIGINT" : "SIGKILL");
  }

  private ping(): void {
    this.tell({ kind: "ping", number: ++this.pings });
  }
}
