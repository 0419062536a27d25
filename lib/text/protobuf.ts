/** The part of Protocol Buffers' wire format that SentencePiece's model file needs. */

export type WireValue = { number: bigint } | { bytes: Uint8Array };

/**
 * The fields of a message in their order; nested messages are bytes that can be read again.
 * @throws RangeError where the bytes are no message
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export function* fields(bytes: Uint8Array): Generator<[field: number, value: WireValue]> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = view.getUint8(at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError("a number of more than ten bytes");
  };
  const take = (length: number): Uint8Array => {
    if (length > bytes.length - at) throw new RangeError("a field that is longer than the file");
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const [field, kind] = [Math.floor(tag / 8), tag % 8];
    if (field === 0) throw new RangeError("a field of number 0");
    if (kind === 0) yield [field, { number: varint() }];
    else if (kind === 1) yield [field, { bytes: take(8) }];
    else if (kind === 2) yield [field, { bytes: take(Number(varint())) }];
    else if (kind === 5) yield [field, { bytes: take(4) }];
    else throw new RangeError(`a field of wire type ${kind}`);
  }
}
