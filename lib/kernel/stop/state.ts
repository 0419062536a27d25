/**
 * What the kernel's two threads share about stopping: the one that runs cells and the one that hears the stop button. Each
 * place is a whole number, written and read with Atomics; only a cell's loops read `stop` plainly, because that is fast.
 */
export const STATE = {
  /** Not 0: the running code has to look at its next loop or `await` (checkpoints.ts). */
  stop: 0,
  /** Number of the cell that runs, 0 between cells. Counts runs of this kernel, not the number in brackets. */
  cell: 1,
  /** 1 while a cell's synchronous part runs where a SIGINT stops it, 2 when one is on its way. */
  phase: 2,
  /** 1 once the running cell has asked for its signal: it is left time to end by itself. */
  listens: 3,
  /** The last ping that the cells' thread has answered: its event loop turns. */
  seen: 4,
  /** 1 when the control socket is closed, and the process may end. */
  closed: 5,
  length: 6,
} as const;

/** Values of `phase`. */
export const PHASE = { outside: 0, inside: 1, signalled: 2 } as const;

export type SharedState = Int32Array;

export function makeState(): SharedState {
  return new Int32Array(new SharedArrayBuffer(STATE.length * Int32Array.BYTES_PER_ELEMENT));
}

/** How long a cell that listens to its signal may take to end, e.g. a training step (ms). */
export const PATIENCE = 5_000;

/** How long every other cell may, before it is stopped by force or given up (ms). */
export const NOTICE = 250;

/** To the main thread: a message of a front end, or news of the stop button. */
export type FromControl =
  | { kind: "bound" }
  | { kind: "frames"; frames: Uint8Array[] }
  | { kind: "press"; cell: number; first: boolean }
  | { kind: "ping"; number: number };

/** From the main thread: an answer to send, or the end. */
export type ToControl = { kind: "frames"; frames: (string | Uint8Array)[] } | { kind: "close" };
