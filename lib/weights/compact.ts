/**
 * A smaller form of a checkpoint, which this project alone reads (model.compact.safetensors; Python would take the bytes for
 * weights, and so finds no file of a name it knows). Matrices are stored in eight bits, each with a tensor `NAME.scale`; and
 * the first rows of the word embeddings can be left out, where they are the encoder's own: the file then names the encoder and
 * the sha256 of these rows as float32, which are checked when they are read.
 */
import { createHash } from "node:crypto";
import { UserError } from "../errors";
import { isObject, parseJson, quote } from "../files/json-object";
import { expand, quantise } from "./quantise";
import { SafetensorsFile } from "./safetensors";
import { type WrittenTensor, writeSafetensors } from "./safetensors-write";
import { isCounts, isFloat, type NamedArray, type TensorFile, type TensorInfo } from "./tensor-file";
import { toHalves } from "./values";

export const PRECISIONS = ["float32", "float16", "int8"] as const;
export type Precision = (typeof PRECISIONS)[number];

/** Rows at the beginning of a tensor that lie in the encoder's own file. */
export interface Borrowed {
  /** The tensor's name there, without the family in front. */
  source: string;
  rows: number;
  sha256: string;
}

/** The metadata: one JSON text under this key. */
const KEY = "gliner-workbook";
const VERSION = 1;
const SCALE = ".scale";

interface Contents {
  version: number;
  /** The encoder that tensors are borrowed from. */
  encoder?: string;
  borrowed: Record<string, Borrowed>;
}

/** A tensor to be stored: its values are asked for when their turn comes. */
export type Source = readonly [name: string, shape: readonly number[], read: () => Float32Array];

/** What safetensors is given for a tensor in this precision; vectors stay float32 beside eight-bit matrices. */
export function stored([name, shape, read]: Source, precision: Precision): WrittenTensor[] {
  if (precision === "float16") return [[name, shape, () => halves(name, read()), "F16"]];
  if (precision === "float32" || shape.length < 2) return [[name, shape, read, "F32"]];
  let both: ReturnType<typeof quantise> | undefined;
  const take = () => {
    both ??= named(name, () => quantise(read(), shape[0]));
    return both;
  };
  const last = () => {
    const { scales } = take();
    both = undefined;
    return scales;
  };
  return [
    [name, shape, () => take().values, "I8"],
    [`${name}${SCALE}`, [shape[0]], last, "F32"],
  ];
}

function halves(name: string, values: Float32Array): Uint16Array {
  if (values.some((value) => Math.abs(value) >= 65_520))
    throw new UserError(`tensor "${name}" holds values beyond 65,504, the largest of half precision.`);
  return toHalves(values);
}

function named<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError) throw new UserError(`tensor "${name}" ${error.message}.`);
    throw error;
  }
}

/** Writes the compact form. @param borrowed by the name of the tensor, of which only the rows behind are written */
export function writeCompact(
  path: string,
  tensors: Iterable<Source>,
  precision: Precision,
  encoder?: string,
  borrowed: Record<string, Borrowed> = {},
): void {
  const contents: Contents = { version: VERSION, encoder, borrowed };
  const written = [...tensors].map((tensor) => behind(tensor, borrowed[tensor[0]]?.rows ?? 0));
  writeSafetensors(
    path,
    written.flatMap((tensor) => stored(tensor, precision)),
    { [KEY]: JSON.stringify(contents) },
  );
}

/** The rows of a tensor from one on. */
function behind([name, shape, read]: Source, rows: number): Source {
  const width = shape.slice(1).reduce((a, b) => a * b, 1);
  return rows ? [name, [shape[0] - rows, ...shape.slice(1)], () => read().subarray(rows * width)] : [name, shape, read];
}

/** The hash by which borrowed rows are known: of their float32 values, whatever type the encoder's file stores. */
export function sha256OfValues(values: Float32Array): string {
  return createHash("sha256")
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest("hex");
}

/**
 * Opens the compact form; what it gives are the whole float32 tensors.
 * @param openEncoder opens the encoder's own weights, for a file that borrows
 * @throws UserError where the file is unsound, or of a later version
 */
export async function openCompact(
  path: string,
  openEncoder: (name: string) => Promise<TensorFile>,
): Promise<TensorFile> {
  const file = SafetensorsFile.open(path);
  try {
    const contents = parseContents(path, file.metadata.get(KEY));
    const encoder = contents.encoder === undefined ? undefined : await openEncoder(contents.encoder);
    return new CompactFile(file, contents, encoder);
  } catch (error) {
    file.close();
    throw error;
  }
}

class CompactFile implements TensorFile {
  readonly path: string;
  readonly entries: ReadonlyMap<string, TensorInfo>;

  constructor(
    private readonly file: SafetensorsFile,
    private readonly contents: Contents,
    private readonly encoder: TensorFile | undefined,
  ) {
    this.path = file.path;
    for (const name of Object.keys(contents.borrowed))
      if (!file.entries.has(name) || !encoder) throw unsound(file.path, `borrows ${quote(name)} from nowhere`);
    const names = [...file.entries.keys()].filter((name) => !this.isScale(name));
    this.entries = new Map(names.map((name) => [name, this.entry(name)]));
  }

  read(name: string): NamedArray {
    const own = this.file.read(name);
    const data = this.isQuantised(name)
      ? expand({ values: own.data, scales: this.file.read(name + SCALE).data })
      : own.data;
    const borrowed = Object.hasOwn(this.contents.borrowed, name) ? this.contents.borrowed[name] : undefined;
    if (!borrowed) return { shape: own.shape, data };
    const width = own.shape.slice(1).reduce((a, b) => a * b, 1);
    const rows = this.borrow(borrowed, width);
    const whole = new Float32Array(rows.length + data.length);
    whole.set(rows);
    whole.set(data, rows.length);
    return { shape: [...(this.entries.get(name) as TensorInfo).shape], data: whole };
  }

  close(): void {
    this.file.close();
    this.encoder?.close();
  }

  private borrow({ source, rows, sha256 }: Borrowed, width: number): Float32Array {
    const values = borrowedRows(this.encoder as TensorFile, source, rows, width);
    const found = sha256OfValues(values);
    if (found === sha256) return values;
    throw new UserError(
      `${this.path} wants rows of "${source}" of the encoder "${this.contents.encoder}" with sha256 ${sha256}, ${(this.encoder as TensorFile).path} has ${found}: another version of the encoder.`,
    );
  }

  private entry(name: string): TensorInfo {
    const { dtype, shape } = this.file.entries.get(name) as TensorInfo;
    if (dtype === "I8") this.checkScale(name, shape);
    else if (!isFloat(dtype)) throw unsound(this.path, `stores ${quote(name)} as ${dtype}`);
    const borrowed = Object.hasOwn(this.contents.borrowed, name) ? this.contents.borrowed[name].rows : 0;
    if (borrowed && shape.length !== 2) throw unsound(this.path, `borrows rows of ${quote(name)}, which is no matrix`);
    return { dtype: "F32", shape: borrowed ? [shape[0] + borrowed, shape[1]] : shape };
  }

  private checkScale(name: string, shape: readonly number[]): void {
    const scale = this.file.entries.get(name + SCALE);
    if (shape.length < 2 || scale?.dtype !== "F32" || scale.shape.length !== 1 || scale.shape[0] !== shape[0])
      throw unsound(this.path, `stores ${quote(name)} in eight bits without a scale for each row`);
  }

  private isScale(name: string): boolean {
    return name.endsWith(SCALE) && this.isQuantised(name.slice(0, -SCALE.length));
  }

  private isQuantised(name: string): boolean {
    return this.file.entries.get(name)?.dtype === "I8";
  }
}

/** The first rows of an encoder's tensor. @throws UserError where it has no such tensor, or fewer rows */
export function borrowedRows(encoder: TensorFile, source: string, rows: number, width: number): Float32Array {
  const name = encoderTensor(encoder, source);
  const [height, across] = name === undefined ? [] : (encoder.entries.get(name)?.shape ?? []);
  if (name === undefined || height < rows || across !== width)
    throw new UserError(`${encoder.path} has no tensor "${source}" of ${rows} rows and ${width} columns.`);
  return (encoder.read(name).data as Float32Array).subarray(0, rows * width);
}

/** An encoder's own file names its tensors with or without its family in front. */
export function encoderTensor(encoder: TensorFile, bare: string): string | undefined {
  return [bare, `bert.${bare}`, `deberta.${bare}`, `mpnet.${bare}`].find((name) => encoder.entries.has(name));
}

function parseContents(path: string, text: string | undefined): Contents {
  let contents: unknown;
  try {
    contents = parseJson(text ?? "");
  } catch (error) {
    throw unsound(path, `does not say what it holds (${quote(error instanceof Error ? error.message : error)})`);
  }
  if (!isObject(contents) || contents.version !== VERSION)
    throw unsound(path, `is of version ${quote(isObject(contents) ? contents.version : contents)}, wanted ${VERSION}`);
  const { encoder, borrowed } = contents;
  if (
    !isObject(borrowed) ||
    !Object.values(borrowed).every(isBorrowed) ||
    !["string", "undefined"].includes(typeof encoder)
  )
    throw unsound(path, "does not say properly what it borrows");
  return contents as unknown as Contents;
}

const isBorrowed = (value: unknown): value is Borrowed =>
  isObject(value) &&
  typeof value.source === "string" &&
  isCounts([value.rows]) &&
  /^[0-9a-f]{64}$/.test(String(value.sha256));

const unsound = (path: string, why: string) =>
  new UserError(`${path} is not a compact checkpoint that can be read: it ${why}.`);
