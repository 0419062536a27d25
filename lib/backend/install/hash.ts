import { createHash } from "node:crypto";
import { createReadStream, statSync } from "node:fs";
import { pipeline } from "node:stream/promises";

/** The hex sha256 of a file of any size. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

/** The hex sha1 by which git knows a file: of "blob", its length and its bytes. */
export async function gitSha1OfFile(path: string): Promise<string> {
  const hash = createHash("sha1").update(`blob ${statSync(path).size}\0`);
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
