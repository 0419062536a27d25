/** The bytes of a file in pieces, unpacked where its name ends in .gz, and bytes as text that is surely UTF-8. */
import { isUtf8 } from "node:buffer";
import { createReadStream, existsSync, statSync } from "node:fs";
import { createGunzip } from "node:zlib";
import { UserError } from "../errors";

/** Bytes read at once: large enough for few calls, small beside everything else in memory. */
const PIECE = 1 << 20;

/** How much of a file may be held at once. */
export interface ReadOptions {
  /** Longest record (one line, or one element of a JSON list) in bytes; default 16 MB. */
  maxRecordBytes?: number;
}

export const MAX_RECORD_BYTES = 16 * 1024 * 1024;

/**
 * The file in pieces, in order.
 * @throws UserError where there is no such file, it cannot be read, or an archive is cut
 */
export async function* filePieces(path: string): AsyncGenerator<Buffer> {
  if (!existsSync(path)) throw new UserError(`${path} does not exist; wanted a file.`);
  const found = statSync(path);
  if (found.isDirectory()) throw new UserError(`${path} is a folder; wanted a file.`);
  if (!found.isFile())
    throw new UserError(
      `${path} is a pipe or a device; wanted a file: some forms are read twice, so write what comes out of it to one first.`,
    );
  const plain = createReadStream(path, { highWaterMark: PIECE });
  try {
    if (path.endsWith(".gz")) {
      const unpacked = createGunzip({ chunkSize: PIECE });
      plain.on("error", (error) => unpacked.destroy(error));
      yield* plain.pipe(unpacked);
    } else yield* plain;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path} cannot be read: ${error instanceof Error ? error.message : error}.`);
  } finally {
    // A reader that stops early closes what it reads from; the file behind an archive is ours to close.
    plain.destroy();
  }
}

/** A stretch of a file: its bytes, and the line (from 1) on which they begin. */
export interface Stretch {
  bytes: Buffer;
  line: number;
}

/**
 * The stretch as text.
 * @throws UserError naming line and byte where it is not UTF-8: decoded all the same, every such byte would become U+FFFD
 */
export function textOf({ bytes, line }: Stretch, path: string): string {
  if (isUtf8(bytes)) return bytes.toString("utf8");
  const at = firstInvalidByte(bytes);
  const before = bytes.subarray(0, at);
  const lines = before.toString("latin1").split("\n");
  const hex = bytes[at].toString(16).padStart(2, "0");
  throw new UserError(
    `${path}, line ${line + lines.length - 1}: byte ${(lines.at(-1) ?? "").length + 1} (0x${hex}) is not UTF-8; convert the file first, such as with \`iconv -f latin1 -t utf-8\`.`,
  );
}

/** Where the first byte stands that no UTF-8 character can begin or go on with: the longest valid beginning ends there. */
function firstInvalidByte(bytes: Buffer): number {
  let at = 0;
  while (at < bytes.length) {
    const length = [1, 2, 3, 4].find((n) => at + n <= bytes.length && isUtf8(bytes.subarray(at, at + n)));
    if (length === undefined) return at;
    at += length;
  }
  return bytes.length - 1;
}

export function tooLong(path: string, { line }: Stretch, limit: number): UserError {
  return new UserError(
    `${path}, line ${line}: a record of more than ${limit} bytes begins here; allow longer ones with --max-record-mb if the file is as it should be.`,
  );
}
