import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";

/** Hash of plain values, in the order of their keys. */
export function sha256(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}

/** Hash of a file's bytes, read in pieces: an optimiser's moments may be larger than one buffer. */
export function sha256OfFile(path: string): string {
  const hash = createHash("sha256");
  const piece = Buffer.allocUnsafe(1 << 22);
  const descriptor = openSync(path, "r");
  try {
    for (let got = readSync(descriptor, piece); got > 0; got = readSync(descriptor, piece))
      hash.update(piece.subarray(0, got));
  } finally {
    closeSync(descriptor);
  }
  return hash.digest("hex");
}
