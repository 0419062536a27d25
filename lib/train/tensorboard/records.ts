/** Frames byte records as TFRecord files do, with checksums, and reads them back. */
import { maskedCrc32c } from "./crc32c";

/**
 * TFRecord: for each record its length (uint64), a checksum of the length, the bytes, a checksum of the bytes.
 * @see https://www.tensorflow.org/tutorials/load_data/tfrecord
 */
const HEAD = 12;
const TAIL = 4;

export function frame(data: Uint8Array): Buffer {
  const framed = Buffer.alloc(HEAD + data.length + TAIL);
  framed.writeBigUInt64LE(BigInt(data.length), 0);
  framed.writeUInt32LE(maskedCrc32c(framed.subarray(0, 8)), 8);
  framed.set(data, HEAD);
  framed.writeUInt32LE(maskedCrc32c(data), HEAD + data.length);
  return framed;
}

/** The records of a file, with the place behind each; ends at the first one that is cut or whose checksum is wrong. */
export function* unframe(file: Buffer): Generator<{ data: Buffer; end: number }> {
  let at = 0;
  while (file.length - at >= HEAD + TAIL) {
    const length = Number(file.readBigUInt64LE(at));
    const end = at + HEAD + length + TAIL;
    if (end > file.length || file.readUInt32LE(at + 8) !== maskedCrc32c(file.subarray(at, at + 8))) return;
    const data = file.subarray(at + HEAD, at + HEAD + length);
    if (file.readUInt32LE(end - TAIL) !== maskedCrc32c(data)) return;
    yield { data, end };
    at = end;
  }
}
