/**
 * Repair: an interrupted `await` cell. Stock tslab reports it interrupted while its code goes on running. Here each cell
 * has an AbortSignal, reachable as `globalThis[Symbol.for("workbook.interrupt")].signal`: a loop that checks it stops,
 * keeps its state and ends as a cell that succeeded. Only one that does not stop within the grace is given up on.
 *
 * A synchronous loop needs none of this: Node stops it (`breakOnSigint`). A loop that awaits only promises that are
 * settled already leaves no room for a signal at all and must be killed.
 */
const KEY = Symbol.for("workbook.interrupt");

/** Two signals closer than this are one: a front end may signal the process group and the process (ms). */
const SAME_SIGNAL = 300;

/** How long a cell that was asked to stop may take, e.g. to end a training step (ms). */
const GRACE = 5_000;

/** Thrown in a cell that was interrupted and did not stop by itself. */
export class InterruptedError extends Error {
  override readonly name = "Interrupted";
}

export class Interrupts {
  private controller = new AbortController();
  private giveUp: ((reason: InterruptedError) => void) | undefined;
  private timer: NodeJS.Timeout | undefined;
  private last = Number.NEGATIVE_INFINITY;

  constructor(private readonly grace = GRACE) {
    this.publish();
  }

  /** Call at a cell's start: a fresh signal. */
  begin(): void {
    this.end();
    this.controller = new AbortController();
    this.publish();
  }

  /** Call at a cell's end. */
  end(): void {
    clearTimeout(this.timer);
    this.giveUp = undefined;
  }

  /** True once the running cell was asked to stop. */
  get requested(): boolean {
    return this.controller.signal.aborted;
  }

  /** Notes an interrupt that Node itself delivered by stopping a synchronous cell. */
  delivered(): void {
    this.last = Date.now();
    this.controller.abort();
  }

  /** An interrupt: first asks; a second one, or the end of the grace, gives up on the cell. */
  interrupt(): void {
    const now = Date.now();
    if (now - this.last < SAME_SIGNAL) return;
    this.last = now;
    if (this.controller.signal.aborted) this.abandon("it was interrupted twice");
    else {
      this.controller.abort();
      this.timer = setTimeout(() => this.abandon(`it did not stop within ${this.grace / 1000} s`), this.grace);
    }
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

  private abandon(why: string): void {
    this.giveUp?.(
      new InterruptedError(
        `the cell was given up on: ${why}. Its code may still be running; a loop stops if it checks ` +
          'globalThis[Symbol.for("workbook.interrupt")].signal.aborted, else restart the kernel.',
      ),
    );
  }

  private publish(): void {
    Object.assign(globalThis, { [KEY]: { signal: this.controller.signal } });
  }
}
