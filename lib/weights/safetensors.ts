import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  renameSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { UserError } from "../errors";

/**
 * The safetensors format: an 8-byte little-endian header length, a JSON header, then the raw tensors.
 * Every rule that the format states is checked before a byte of a tensor is believed: names unique, offsets in range,
 * contiguous and without overlap, size = product of the shape times the size of the type.
 * @see https://github.com/huggingface/safetensors (format description)
 */

/** A tensor as numbers in row-major order. Half and brain floats arrive as float32, wide and narrow integers as int32. */
export interface NamedArray {
  shape: number[];
  data: Float32Array | Int32Array;
}

/** One entry of a header. */
export interface TensorEntry {
  dtype: DType;
  shape: number[];
  /** First and last-plus-one byte, counted from the end of the header. */
  begin: number;
  end: number;
}

const BYTES = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I16: 2, I8: 1, U8: 1, BOOL: 1 } as const;
type DType = keyof typeof BYTES;

/** 25 MB: GLiNER-large's header has 53 kB; what is larger is an attack or a mistake. */
const MAX_HEADER = 25_000_000;

/** An open safetensors file: the header is read and checked, tensors are read one by one. */
export class SafetensorsFile {
  private constructor(
    readonly path: string,
    private readonly descriptor: number,
    private readonly dataStart: number,
    readonly entries: ReadonlyMap<string, TensorEntry>,
    readonly metadata: ReadonlyMap<string, string>,
  ) {}

  /** @throws UserError where the file is absent, truncated or breaks a rule of the format */
  static open(path: string): SafetensorsFile {
    if (!existsSync(path)) throw new UserError(`${path} does not exist; wanted a safetensors file.`);
    const descriptor = openSync(path, "r");
    try {
      const size = fstatSync(descriptor).size;
      const prefix = readBytes(descriptor, 0, Math.min(8, size));
      if (size < 8) throw broken(path, `it has ${size} bytes, wanted at least 8`);
      const length = prefix.readBigUInt64LE(0);
      if (length > BigInt(MAX_HEADER) || Number(length) + 8 > size)
        throw broken(path, `its header claims ${length} bytes in a file of ${size}`);
      const text = readBytes(descriptor, 8, Number(length)).toString("utf8");
      const dataStart = 8 + Number(length);
      const { entries, metadata } = parseHeader(path, text, size - dataStart);
      return new SafetensorsFile(path, descriptor, dataStart, entries, metadata);
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  /** Reads one tensor. @throws UserError where the name is absent */
  read(name: string): NamedArray {
    const entry = this.entries.get(name);
    if (!entry) throw new UserError(`${this.path} has no tensor "${name}".`);
    const bytes = readBytes(this.descriptor, this.dataStart + entry.begin, entry.end - entry.begin);
    return { shape: entry.shape.slice(), data: DECODE[entry.dtype](bytes) };
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

/** Reads a whole file of tensors (for small ones: fixtures, optimizer states of tests). */
export function readSafetensors(path: string): {
  tensors: Map<string, NamedArray>;
  metadata: ReadonlyMap<string, string>;
} {
  const file = SafetensorsFile.open(path);
  try {
    return {
      tensors: new Map([...file.entries.keys()].map((name) => [name, file.read(name)])),
      metadata: file.metadata,
    };
  } finally {
    file.close();
  }
}

/**
 * Writes tensors as F32 / I32, atomically: a temporary file in the same folder, flushed to the disk, then renamed.
 * Tensors are asked for one at a time, so that a large model is never in memory twice.
 * @throws UserError where the disk is full or the folder cannot be written; the old file is then untouched
 */
export function writeSafetensors(
  path: string,
  tensors: Iterable<readonly [name: string, shape: readonly number[], read: () => Float32Array | Int32Array]>,
  metadata: Record<string, string> = { format: "pt" },
): void {
  const list = [...tensors];
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, shape] of list) {
    const bytes = 4 * product(shape);
    header[name] = { dtype: "F32", shape, data_offsets: [offset, offset + bytes] };
    offset += bytes;
  }
  const temporary = `${path}.${process.pid}.tmp`;
  let descriptor: number | undefined;
  try {
    descriptor = openSync(temporary, "w");
    // Types are known only once a tensor is read; the header is written last over a reserved space of the same length.
    const reserve = Buffer.byteLength(JSON.stringify(header)) + 8;
    const padded = Math.ceil(reserve / 8) * 8;
    writeSync(descriptor, Buffer.alloc(8 + padded, 0x20), 0, 8 + padded, 0);
    let position = 8 + padded;
    for (const [name, shape, read] of list) {
      const data = read();
      if (data.length !== product(shape)) throw new Error(`${name}: ${data.length} values for shape [${shape}]`);
      (header[name] as { dtype: string }).dtype = data instanceof Int32Array ? "I32" : "F32";
      position += writeAll(descriptor, new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    }
    const json = Buffer.alloc(padded, 0x20);
    json.write(JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(padded));
    writeAll(descriptor, Buffer.concat([length, json]), 0);
    fsyncSync(descriptor);
    closeSync(descriptor);
    descriptor = undefined;
    renameSync(temporary, path);
  } catch (error) {
    if (descriptor !== undefined) closeSync(descriptor);
    if (existsSync(temporary)) unlinkSync(temporary);
    throw new UserError(`cannot write ${path}: ${error instanceof Error ? error.message : error}.`);
  }
}

function parseHeader(path: string, text: string, dataBytes: number) {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (error) {
    throw broken(path, `its header is not JSON (${error instanceof Error ? error.message : error})`);
  }
  if (!isObject(header)) throw broken(path, "its header is not a JSON object");
  const names = Object.keys(header);
  if (countKeys(text) !== names.length) throw broken(path, "its header names a tensor twice");
  const entries = new Map<string, TensorEntry>();
  const metadata = new Map<string, string>();
  for (const name of names) {
    const value = header[name];
    if (name === "__metadata__") {
      if (!isObject(value)) throw broken(path, "its metadata is not an object of strings");
      for (const [key, item] of Object.entries(value)) {
        if (typeof item !== "string") throw broken(path, `its metadata "${key}" is not a string`);
        metadata.set(key, item);
      }
    } else entries.set(name, parseEntry(path, name, value));
  }
  checkLayout(path, entries, dataBytes);
  return { entries, metadata };
}

function parseEntry(path: string, name: string, value: unknown): TensorEntry {
  if (!isObject(value)) throw broken(path, `tensor "${name}" is not described by an object`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== "string" || !Object.hasOwn(BYTES, dtype))
    throw broken(
      path,
      `tensor "${name}" has type ${JSON.stringify(dtype)}, wanted one of ${Object.keys(BYTES).join(", ")}`,
    );
  if (!isCounts(shape)) throw broken(path, `tensor "${name}" has shape ${JSON.stringify(shape)}`);
  if (!isCounts(offsets) || offsets.length !== 2)
    throw broken(path, `tensor "${name}" has offsets ${JSON.stringify(offsets)}`);
  const [begin, end] = offsets;
  const bytes = product(shape) * BYTES[dtype as DType];
  if (!Number.isSafeInteger(bytes) || end - begin !== bytes)
    throw broken(path, `tensor "${name}" has ${end - begin} bytes, its shape [${shape}] wants ${bytes}`);
  return { dtype: dtype as DType, shape, begin, end };
}

/** The tensors must fill the rest of the file exactly: no hole, no overlap, nothing behind them. */
function checkLayout(path: string, entries: Map<string, TensorEntry>, dataBytes: number): void {
  let expected = 0;
  for (const [name, entry] of [...entries].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end)) {
    if (entry.begin !== expected)
      throw broken(path, `tensor "${name}" begins at byte ${entry.begin}, wanted ${expected} (a hole or an overlap)`);
    expected = entry.end;
  }
  if (expected !== dataBytes)
    throw broken(path, `its tensors take ${expected} bytes, the file has ${dataBytes} for them`);
}

/** Counts the keys of the outermost object in the text, which JSON.parse would silently merge. */
function countKeys(text: string): number {
  let depth = 0;
  let keys = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '"') {
      while (text[++i] !== '"') if (text[i] === "\\") i++;
    } else if (c === "{" || c === "[") depth++;
    else if (c === "}" || c === "]") depth--;
    else if (c === ":" && depth === 1) keys++;
  }
  return keys;
}

const DECODE: Record<DType, (bytes: Buffer) => Float32Array | Int32Array> = {
  F32: (b) => new Float32Array(aligned(b)),
  F64: (b) => Float32Array.from(new Float64Array(aligned(b))),
  F16: (b) => Float32Array.from(new Uint16Array(aligned(b)), halfToFloat),
  BF16: (b) => new Float32Array(Uint32Array.from(new Uint16Array(aligned(b)), (h) => h << 16).buffer),
  I64: (b) => Int32Array.from(new BigInt64Array(aligned(b)), Number),
  I32: (b) => new Int32Array(aligned(b)),
  I16: (b) => Int32Array.from(new Int16Array(aligned(b))),
  I8: (b) => Int32Array.from(new Int8Array(aligned(b))),
  U8: (b) => Int32Array.from(b),
  BOOL: (b) => Int32Array.from(b),
};

/** IEEE half precision: 1 sign, 5 exponent, 10 fraction bits. */
function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function aligned(bytes: Buffer): ArrayBuffer {
  const copy = new ArrayBuffer(bytes.length);
  new Uint8Array(copy).set(bytes);
  return copy;
}

function readBytes(descriptor: number, position: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(length);
  let done = 0;
  // One call moves at most 2 GB.
  while (done < length) {
    const got = readSync(descriptor, buffer, done, Math.min(length - done, 1 << 30), position + done);
    if (got === 0) throw new UserError(`a tensor file ended ${length - done} bytes early.`);
    done += got;
  }
  return buffer;
}

function writeAll(descriptor: number, bytes: Uint8Array, position: number): number {
  let done = 0;
  while (done < bytes.length)
    done += writeSync(descriptor, bytes, done, Math.min(bytes.length - done, 1 << 30), position + done);
  return done;
}

const product = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
const broken = (path: string, why: string) => new UserError(`${path} is not a sound safetensors file: ${why}.`);
