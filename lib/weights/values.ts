/** Raw little-endian bytes <-> numbers. */
import type { DType, NamedArray } from "./tensor-file";

/**
 * The values of a tensor. 64-bit floats are rounded to 32 bits.
 * @param bytes whole values of this type, and nothing else
 * @throws RangeError where a 64-bit integer does not fit 32 bits
 */
export function decode(dtype: DType, bytes: ArrayBuffer): NamedArray["data"] {
  return DECODE[dtype](bytes);
}

const DECODE: Record<DType, (bytes: ArrayBuffer) => NamedArray["data"]> = {
  F32: (b) => new Float32Array(b),
  F64: (b) => new Float32Array(new Float64Array(b)),
  F16: (b) => halvesToFloats(new Uint16Array(b)),
  BF16: (b) => new Float32Array(Uint32Array.from(new Uint16Array(b), (h) => h << 16).buffer),
  I64: (b) => Int32Array.from(new BigInt64Array(b), narrow),
  I32: (b) => new Int32Array(b),
  I16: (b) => new Int32Array(new Int16Array(b)),
  I8: (b) => new Int32Array(new Int8Array(b)),
  U8: (b) => new Int32Array(new Uint8Array(b)),
  BOOL: (b) => new Int32Array(new Uint8Array(b)),
};

function narrow(value: bigint): number {
  if (BigInt.asIntN(32, value) !== value) throw new RangeError(`holds ${value}, which does not fit 32 bits`);
  return Number(value);
}

function halvesToFloats(halves: Uint16Array): Float32Array {
  HALF_VALUES ??= Float32Array.from({ length: 65536 }, (_, half) => halfToFloat(half));
  const floats = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) floats[i] = HALF_VALUES[halves[i]];
  return floats;
}
let HALF_VALUES: Float32Array | undefined;

/** IEEE half precision: 1 sign, 5 exponent, 10 fraction bits. */
function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** To the nearest half, ties to even, as IEEE 754 and PyTorch round; what exceeds 65,504 becomes infinite. */
export function toHalves(floats: Float32Array): Uint16Array {
  const bits = new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
  return Uint16Array.from(
    floats,
    (value, i) => ((bits[i] >>> 16) & 0x8000) | halfMagnitude(value, bits[i] & 0x7fffffff),
  );
}

function halfMagnitude(value: number, bits: number): number {
  if (bits > 0x7f800000) return 0x7e00; // NaN
  if (bits >= 0x477ff000) return 0x7c00; // 65,520 is the first that rounds to infinity.
  if (bits < 0x38800000) return roundToEven(Math.abs(value) * 2 ** 24); // Below 2^-14 halves are evenly spaced.
  // The exponent is re-based; half of the last kept bit is added, one less where that bit is even.
  return (bits - 0x38000000 + 0xfff + ((bits >>> 13) & 1)) >>> 13;
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

/** To the nearest bfloat16, the upper half of a float32, ties to even. */
export function toBrainFloats(floats: Float32Array): Uint16Array {
  const bits = new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
  // Half of the last kept bit is added, one less where that bit is even; of NaN a bit is kept that says so.
  return Uint16Array.from(floats, (value, i) =>
    Number.isNaN(value) ? (bits[i] >>> 16) | 0x40 : (bits[i] + 0x7fff + ((bits[i] >>> 16) & 1)) >>> 16,
  );
}
