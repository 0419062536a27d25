import { closeSync, existsSync, fsyncSync, openSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { UserError } from "../errors";

/**
 * Writes a whole file or none: into a temporary one of the same folder, flushed to the disk, then renamed over the old one.
 * @throws UserError where the disk is full or the folder is missing or read-only; the old file is then untouched
 */
export function writeAtomically(path: string, text: string): void {
  fillAtomically(path, (descriptor) => writeFileSync(descriptor, text));
}

/** The same for what is written piece by piece. */
export function fillAtomically(path: string, write: (descriptor: number) => void): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const descriptor = openSync(temporary, "w");
    try {
      write(descriptor);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, path);
  } catch (error) {
    if (existsSync(temporary)) unlinkSync(temporary);
    if (error instanceof UserError) throw error;
    throw new UserError(`cannot write ${path}: ${error instanceof Error ? error.message : error}.`);
  }
}
