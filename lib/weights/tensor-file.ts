/** What every file of weights offers, whatever its format: names, shapes and types at once, values tensor by tensor. */

/** A tensor as numbers in row-major order. Every kind of float arrives as float32, every kind of integer as int32. */
export interface NamedArray {
  shape: number[];
  data: Float32Array | Int32Array;
}

/** Bytes of one value, by the name that safetensors gives the type. */
export const BYTES = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I16: 2, I8: 1, U8: 1, BOOL: 1 } as const;

export type DType = keyof typeof BYTES;

export const isFloat = (dtype: DType) => dtype.includes("F");

/** What a file says of a tensor before its values are read. */
export interface TensorInfo {
  dtype: DType;
  shape: readonly number[];
}

/** An open file, or several that are read as one. What it says has been checked; the values are read on demand. */
export interface TensorFile {
  /** For messages. */
  readonly path: string;
  readonly entries: ReadonlyMap<string, TensorInfo>;
  /** Reads one tensor. @throws UserError where the name is absent, or the bytes are not what the file promised */
  read(name: string): NamedArray;
  close(): void;
}

/** Number of values. */
export const product = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** Sizes, strides and offsets: whole numbers from 0 on that a double holds exactly. */
export const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
