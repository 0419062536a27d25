/** Files as bytes at a place. */
import { closeSync, fstatSync, openSync, readSync, statSync, writeSync } from "node:fs";
import { UserError } from "../errors";

/** One call of the system moves at most 2 GB. */
const CHUNK = 1 << 30;

/**
 * Opens a file for reading.
 * @param what the reader wanted, for the sentence
 * @throws UserError where it is absent or no regular file: a pipe or a device of that name would never end
 */
export function openFile(path: string, what = "a file of tensors"): { descriptor: number; size: number } {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found) throw new UserError(`${path} does not exist; wanted ${what}.`);
    if (!found.isFile()) throw new UserError(`${path} is not a regular file; wanted ${what}.`);
    const descriptor = openSync(path, "r");
    return { descriptor, size: fstatSync(descriptor).size };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path} cannot be opened: ${error instanceof Error ? error.message : error}.`);
  }
}

/** Opens a file, and closes it again where `read` throws. */
export function withFile<T>(path: string, read: (descriptor: number, size: number) => T): T {
  const { descriptor, size } = openFile(path);
  try {
    return read(descriptor, size);
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** @throws UserError where the file ends before */
export function readBytes(descriptor: number, position: number, length: number): ArrayBuffer {
  const buffer = new ArrayBuffer(length);
  const bytes = new Uint8Array(buffer);
  let done = 0;
  while (done < length) {
    const got = readSync(descriptor, bytes, done, Math.min(length - done, CHUNK), position + done);
    if (got === 0) throw new UserError(`a file of tensors ended ${length - done} bytes early.`);
    done += got;
  }
  return buffer;
}

/** @returns the number of bytes */
export function writeBytes(descriptor: number, bytes: Uint8Array, position: number): number {
  let done = 0;
  while (done < bytes.length)
    done += writeSync(descriptor, bytes, done, Math.min(bytes.length - done, CHUNK), position + done);
  return done;
}
