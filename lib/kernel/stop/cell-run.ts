/**
 * One run of a cell, and whose code is running: everything that a cell starts (timers, promises, callbacks) belongs to its
 * run, also when the cell has ended and another one runs.
 */
import { AsyncLocalStorage, createHook } from "node:async_hooks";
import { hideMarks } from "../printing";

/** Sends a message under a cell: `stream`, `error`, `display_data`. */
export type Say = (type: string, content: object) => void;

export class CellRun {
  readonly controller = new AbortController();
  /** What was thrown where nobody could catch it, by promise, or by the error itself where a callback threw. */
  readonly faults = new Map<unknown, unknown>();
  ended = false;
  /** True once the cell was given up on: nothing of it may go on. */
  abandoned = false;
  /** True once the stop button was heard. */
  asked = false;
  private timers: Timer[] = [];

  /**
   * @param count the number in the cell's brackets
   * @param say sends under this very cell
   */
  constructor(
    readonly count: number,
    readonly say: Say,
  ) {}

  /** Remembers a timer, so that it can be cleared; one that is over is forgotten. */
  keep(timer: Timer): void {
    if (this.abandoned) queueMicrotask(() => clear(timer));
    else this.timers.push(timer);
    if (this.timers.length % 1_000 === 0) this.timers = this.timers.filter(({ _destroyed }) => !_destroyed);
  }

  /** Ends what the cell has left behind: nothing that waits for a timer goes on. */
  abandon(): void {
    this.abandoned = true;
    for (const timer of this.timers.splice(0)) clear(timer);
  }
}

/** A Timeout or an Immediate of Node's. */
interface Timer {
  _destroyed: boolean;
  [Symbol.dispose]?(): void;
}

function clear(timer: object): void {
  if (timer instanceof Immediate) clearImmediate(timer);
  else if (timer instanceof Timeout) clearTimeout(timer);
}

/** Node's classes, which it does not export. */
const Immediate = classOf(setImmediate(() => undefined));
const Timeout = classOf(setTimeout(() => undefined, 0));

type Made<Value> = new (...args: never[]) => Value;
function classOf<Value extends object>(value: Value): Made<Value> {
  return Object.getPrototypeOf(value).constructor;
}

const storage = new AsyncLocalStorage<CellRun>();

/** The run that the code belongs to which runs now; undefined for the kernel's own. */
export function runningCode(): CellRun | undefined {
  return storage.getStore();
}

/** Does work that belongs to a run, with all that follows from it. */
export function belongingTo<Result>(run: CellRun, work: () => Result): Result {
  return storage.run(run, work);
}

createHook({
  init(_id, type, _trigger, resource) {
    if (type === "Timeout" || type === "Immediate") storage.getStore()?.keep(Object.assign(resource));
  },
}).enable();

hideMarks(belongingTo(new CellRun(0, () => undefined), () => [Promise.resolve(), ...aTimerOfEach()]));

function aTimerOfEach(): object[] {
  const timers = [setTimeout(() => undefined, 0), setImmediate(() => undefined)];
  for (const timer of timers) clear(timer);
  return timers;
}
