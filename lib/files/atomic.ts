import { closeSync, existsSync, fsyncSync, openSync, renameSync, unlinkSync, writeFileSync, writeSync } from "node:fs";
import { gzipSync } from "node:zlib";
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
  const file = new AtomicFile(path);
  file.fill(write);
  file.commit();
}

/** Characters that are collected before they go to the disk. */
const BLOCK = 1 << 20;

/**
 * The same for a text that comes in parts: nothing is at `path` until `commit`, and `discard` leaves no trace. A name that
 * ends in .gz packs the text.
 */
export class AtomicFile {
  private readonly temporary: string;
  private descriptor: number | undefined;
  private parts: string[] = [];
  private length = 0;

  /** @throws UserError where the folder is missing or read-only */
  constructor(private readonly path: string) {
    this.temporary = `${path}.${process.pid}.tmp`;
    this.attempt(() => {
      this.descriptor = openSync(this.temporary, "w");
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
      fsyncSync(this.open());
      this.close();
      renameSync(this.temporary, this.path);
    });
  }

  discard(): void {
    this.close();
    if (existsSync(this.temporary)) unlinkSync(this.temporary);
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
    const out = this.path.endsWith(".gz") ? gzipSync(bytes) : bytes;
    for (let at = 0; at < out.length; ) at += writeSync(this.open(), out, at);
  }

  private close(): void {
    if (this.descriptor !== undefined) closeSync(this.descriptor);
    this.descriptor = undefined;
  }

  private attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.discard();
      if (error instanceof UserError) throw error;
      throw new UserError(`cannot write ${this.path}: ${error instanceof Error ? error.message : error}.`);
    }
  }
}
