/** Hashes of files and plain values, by which manifests, checkpoints and downloads are checked. */
import { createHash } from "node:crypto";
import { closeSync, createReadStream, openSync, readSync, statSync } from "node:fs";
import { pipeline } from "node:stream/promises";

/** The hex sha256 of a file of any size. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

/** The same at once, for a checkpoint that must be whole before anything else happens. */
export function sha256OfFileSync(path: string): string {
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

/** The hex sha1 by which git knows a file: of "blob", its length and its bytes. */
export async function gitSha1OfFile(path: string): Promise<string> {
  const hash = createHash("sha1").update(`blob ${statSync(path).size}\0`);
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

/** Hash of plain values, in the order of their keys. */
export function sha256(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}
