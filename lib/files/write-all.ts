/** Bytes into an open file, all of them, whatever takes only a part at once. */
import { writeSync } from "node:fs";

/** Writes everything from the current position on; a pipe that is full is waited for. @throws Error of the system */
export function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(descriptor, bytes, at);
    } catch (error) {
      // The standard output of a child process may be a pipe that does not block.
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
    }
  }
}

/** Milliseconds until a full pipe is tried again. */
const PAUSE = 5;
