/** The writing half of the safetensors format, tensor by tensor. */
import { fillAtomically } from "../files/atomic";
import { writeBytes } from "../files/bytes";
import { BYTES, product } from "./tensor-file";

/** The types that are written. */
export type WrittenType = "F32" | "I32" | "F16" | "I8";

/** A tensor to be written; its values are asked for when their turn comes. F32 or I32 where no type is given. */
export type WrittenTensor = readonly [
  name: string,
  shape: readonly number[],
  read: () => Float32Array | Int32Array | Uint16Array | Int8Array,
  dtype?: WrittenType,
];

/**
 * Writes tensors, atomically. They are asked for one at a time, so that a large model is never in memory twice.
 * @throws UserError where the disk is full or the folder cannot be written; the old file is then untouched
 */
export function writeSafetensors(
  path: string,
  tensors: Iterable<WrittenTensor>,
  metadata: Record<string, string> = { format: "pt" },
): void {
  const list = [...tensors];
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, shape, , dtype = "F32"] of list) {
    const bytes = BYTES[dtype] * product(shape);
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes] };
    offset += bytes;
  }
  fillAtomically(path, (descriptor) => {
    // Whether four bytes are a float is known only once they are read: the header, written last, has a place of its length.
    const length = Math.ceil((Buffer.byteLength(JSON.stringify(header)) + 8) / 8) * 8;
    writeBytes(descriptor, new Uint8Array(8 + length), 0);
    let position = 8 + length;
    for (const [name, shape, read, dtype] of list) {
      const data = read();
      if (data.length !== product(shape)) throw new Error(`${name}: ${data.length} values for shape [${shape}]`);
      if (data instanceof Int32Array && !dtype) (header[name] as { dtype: string }).dtype = "I32";
      position += writeBytes(descriptor, new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    }
    writeBytes(descriptor, headerBytes(header, length), 0);
  });
}

/** The header's length, the header, and spaces. */
function headerBytes(header: Record<string, unknown>, length: number): Uint8Array {
  const bytes = Buffer.alloc(8 + length, 0x20);
  bytes.writeBigUInt64LE(BigInt(length));
  bytes.write(JSON.stringify(header), 8);
  return bytes;
}
