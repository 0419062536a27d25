/** Files that are whole or as they were, whatever ends the writing. */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fsyncSync,
  openSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { gzipSync } from "node:zlib";
import { UserError } from "../errors";
import { type Target, targetOf } from "./target";
import { writeAll } from "./write-all";

/**
 * Writes a whole file or none: into a temporary one of the same folder, flushed to the disk, then renamed over the old one.
 * Through a link its target is written; a device, a pipe and /dev/stdout are written through, not replaced.
 * @throws UserError where the disk is full or the folder is missing or read-only; the old file is then untouched
 */
export function writeAtomically(path: string, text: string): void {
  const file = new AtomicFile(path);
  file.write(text);
  file.commit();
}

/** The same for what is written piece by piece at places of the writer's own; only into a regular file. */
export function fillAtomically(path: string, write: (descriptor: number) => void): void {
  const file = new AtomicFile(path);
  file.fill(write);
  file.commit();
}

/**
 * Tries what a later write to this path will need: a name, a folder that can be written, a file that is not read-only, and
 * room on the disk. What is at the path stays; nothing is sent to a device or a pipe.
 * @throws UserError saying what is in the way
 */
export function checkWritable(path: string): void {
  const target = targetOf(path);
  if (target.kind === "file") {
    const file = new AtomicFile(path);
    file.fill((descriptor) => writeFileSync(descriptor, Buffer.alloc(TRIAL)));
    file.discard();
  } else if (target.descriptor === undefined) attempt(path, () => accessSync(target.path, constants.W_OK));
}

/** Bytes of a trial: more than a file system keeps beside the name of a file. */
const TRIAL = 1 << 16;

/** Characters that are collected before they go to the disk. */
const BLOCK = 1 << 20;

let made = 0;

/**
 * A text that comes in parts: nothing is at `path` until `commit`, and `discard` leaves no trace. A name that ends in .gz
 * packs the text.
 */
export class AtomicFile {
  private readonly target: Target;
  private readonly temporary: string;
  private descriptor: number | undefined;
  private parts: string[] = [];
  private length = 0;

  /** @throws UserError where the folder is missing or read-only, or the file is */
  constructor(private readonly path: string) {
    this.target = targetOf(path);
    this.temporary = `${this.target.path}.${process.pid}-${++made}.tmp`;
    this.attempt(() => {
      this.descriptor = this.openTarget();
    });
  }

  write(text: string): void {
    this.parts.push(text);
    this.length += text.length;
    if (this.length >= BLOCK) this.attempt(() => this.flush());
  }

  /** Bytes by a function of the caller's own, which is given the open file. */
  fill(write: (descriptor: number) => void): void {
    this.attempt(() => write(this.open()));
  }

  commit(): void {
    this.attempt(() => {
      this.flush();
      if (this.target.kind === "stream") return this.close();
      fsyncSync(this.open());
      this.close();
      renameSync(this.temporary, this.target.path);
    });
  }

  discard(): void {
    this.close();
    if (this.target.kind === "file" && existsSync(this.temporary)) unlinkSync(this.temporary);
  }

  private openTarget(): number {
    const { target } = this;
    if (target.kind === "stream") return target.descriptor ?? openSync(target.path, "w");
    // A rename asks the folder only: it would replace a file that its owner has protected.
    if (target.mode !== undefined) accessSync(target.path, constants.W_OK);
    const descriptor = openSync(this.temporary, "w", target.mode ?? 0o666);
    // What only its owner could read stays so; the mask of the process has nothing to say about it.
    if (target.mode !== undefined) fchmodSync(descriptor, target.mode);
    return descriptor;
  }

  private open(): number {
    if (this.descriptor === undefined) throw new Error("it is already closed");
    return this.descriptor;
  }

  private flush(): void {
    const bytes = Buffer.from(this.parts.join(""), "utf8");
    this.parts = [];
    this.length = 0;
    // Packed blocks one after the other are one packed file (RFC 1952, members).
    writeAll(this.open(), this.path.endsWith(".gz") ? gzipSync(bytes) : bytes);
  }

  private close(): void {
    const { descriptor, target } = this;
    this.descriptor = undefined;
    const isBorrowed = target.kind === "stream" && target.descriptor !== undefined;
    if (descriptor !== undefined && !isBorrowed) closeSync(descriptor);
  }

  private attempt(work: () => void): void {
    try {
      attempt(this.path, work);
    } catch (error) {
      this.discard();
      throw error;
    }
  }
}

function attempt(path: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (error instanceof UserError) throw error;
    // The system's words end with its call and our temporary file, which nobody asked about.
    const why = error instanceof Error ? error.message.replace(/, [a-z]+( '.*)?$/s, "") : error;
    throw new UserError(`cannot write ${path}: ${why}.`);
  }
}
