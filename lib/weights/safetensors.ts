/** The reading half of the safetensors format, which checks strangers' headers before it reads a tensor. */
import { closeSync } from "node:fs";
import { UserError } from "../errors";
import { readBytes, withFile } from "../files/bytes";
import { isObject, parseJson, quote } from "../files/json-object";
import { BYTES, type DType, isCounts, type NamedArray, product, type TensorFile, type TensorInfo } from "./tensor-file";
import { decode } from "./values";

export { writeSafetensors } from "./safetensors-write";
export type { NamedArray } from "./tensor-file";

/**
 * The safetensors format: an 8-byte little-endian header length, a JSON header, then the raw tensors.
 * Every rule that the format states is checked before a byte of a tensor is believed: names unique, offsets in range,
 * contiguous and without overlap, size = product of the shape times the size of the type.
 * @see https://github.com/huggingface/safetensors (format description)
 */

/** One entry of a header. */
export interface TensorEntry extends TensorInfo {
  /** First and last-plus-one byte, counted from the end of the header. */
  begin: number;
  end: number;
}

/** 25 MB: GLiNER-large's header has 53 kB; what is larger is an attack or a mistake. */
const MAX_HEADER = 25_000_000;

/** An open safetensors file: the header is read and checked, tensors are read one by one. */
export class SafetensorsFile implements TensorFile {
  private constructor(
    readonly path: string,
    private readonly descriptor: number,
    private readonly dataStart: number,
    readonly entries: ReadonlyMap<string, TensorEntry>,
    readonly metadata: ReadonlyMap<string, string>,
  ) {}

  /** @throws UserError where the file is absent, truncated or breaks a rule of the format */
  static open(path: string): SafetensorsFile {
    return withFile(path, (descriptor, size) => {
      if (size < 8) throw broken(path, `it has ${size} bytes, wanted at least 8`);
      const length = new DataView(readBytes(descriptor, 0, 8)).getBigUint64(0, true);
      if (length > BigInt(MAX_HEADER) || Number(length) + 8 > size)
        throw broken(path, `its header claims ${length} bytes in a file of ${size}`);
      const dataStart = 8 + Number(length);
      const { entries, metadata } = parseHeader(path, readBytes(descriptor, 8, Number(length)), size - dataStart);
      return new SafetensorsFile(path, descriptor, dataStart, entries, metadata);
    });
  }

  read(name: string): NamedArray {
    const entry = this.entries.get(name);
    if (!entry) throw new UserError(`${this.path} has no tensor ${quote(name)}.`);
    const bytes = readBytes(this.descriptor, this.dataStart + entry.begin, entry.end - entry.begin);
    try {
      return { shape: [...entry.shape], data: decode(entry.dtype, bytes) };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw broken(this.path, `tensor ${quote(name)} ${error.message}`);
    }
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

function parseHeader(path: string, bytes: ArrayBuffer, dataBytes: number) {
  let header: unknown;
  try {
    header = parseJson(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    throw broken(path, `its header is not JSON (${quote(error instanceof Error ? error.message : error)})`);
  }
  if (!isObject(header)) throw broken(path, "its header is not a JSON object");
  const entries = new Map<string, TensorEntry>();
  const metadata = new Map<string, string>();
  for (const [name, value] of Object.entries(header)) {
    if (name !== "__metadata__") entries.set(name, parseEntry(path, name, value));
    else if (!isObject(value)) throw broken(path, "its metadata is not an object of strings");
    else
      for (const [key, item] of Object.entries(value)) {
        if (typeof item !== "string") throw broken(path, `its metadata ${quote(key)} is not a string`);
        metadata.set(key, item);
      }
  }
  checkLayout(path, entries, dataBytes);
  return { entries, metadata };
}

function parseEntry(path: string, name: string, value: unknown): TensorEntry {
  if (!isObject(value)) throw broken(path, `tensor ${quote(name)} is not described by an object`);
  const { dtype, shape, data_offsets: offsets, ...rest } = value;
  if (typeof dtype !== "string" || !Object.hasOwn(BYTES, dtype))
    throw broken(
      path,
      `tensor ${quote(name)} has type ${quote(dtype)}, wanted one of ${Object.keys(BYTES).join(", ")}`,
    );
  if (!isCounts(shape)) throw broken(path, `tensor ${quote(name)} has shape ${quote(shape)}`);
  if (!isCounts(offsets) || offsets.length !== 2)
    throw broken(path, `tensor ${quote(name)} has offsets ${quote(offsets)}`);
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw broken(path, `tensor ${quote(name)} is described by the key ${quote(unknown)}`);
  const [begin, end] = offsets;
  const bytes = product(shape) * BYTES[dtype as DType];
  if (!Number.isSafeInteger(bytes) || end - begin !== bytes)
    throw broken(path, `tensor ${quote(name)} has ${end - begin} bytes, its shape ${quote(shape)} wants ${bytes}`);
  return { dtype: dtype as DType, shape, begin, end };
}

/** The tensors must fill the rest of the file exactly: no hole, no overlap, nothing behind them. */
function checkLayout(path: string, entries: Map<string, TensorEntry>, dataBytes: number): void {
  let expected = 0;
  for (const [name, entry] of [...entries].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end)) {
    if (entry.begin !== expected)
      throw broken(
        path,
        `tensor ${quote(name)} begins at byte ${entry.begin}, wanted ${expected} (a hole or an overlap)`,
      );
    expected = entry.end;
  }
  if (expected !== dataBytes)
    throw broken(path, `its tensors take ${expected} bytes, the file has ${dataBytes} for them`);
}

const broken = (path: string, why: string) => new UserError(`${path} is not a sound safetensors file: ${why}.`);
