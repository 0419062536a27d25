/**
 * Second readers of the formats, written for the test and for nothing else: they believe every byte, check nothing, and read one
 * value at a time. What lib reads must be what they read.
 */

export type Read = Map<string, { shape: number[]; values: number[] }>;

const SIZES: Record<string, number> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

function half(bits: number): number {
  const magnitude = bits & 0x7fff;
  const sign = bits >> 15 ? -1 : 1;
  if (magnitude >= 0x7c00) return magnitude === 0x7c00 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (magnitude < 0x400 ? magnitude / 2 ** 24 : (1024 + (magnitude % 1024)) * 2 ** ((magnitude >> 10) - 25));
}

function value(view: DataView, type: string, at: number): number {
  if (type === "F64") return Math.fround(view.getFloat64(at, true));
  if (type === "F32") return view.getFloat32(at, true);
  if (type === "F16") return half(view.getUint16(at, true));
  if (type === "BF16") {
    const wide = new DataView(new ArrayBuffer(4));
    wide.setUint16(2, view.getUint16(at, true), true);
    return wide.getFloat32(0, true);
  }
  if (type === "I64") return Number(view.getBigInt64(at, true));
  if (type === "I32") return view.getInt32(at, true);
  if (type === "I16") return view.getInt16(at, true);
  return type === "I8" ? view.getInt8(at) : view.getUint8(at);
}

const viewOf = (bytes: Buffer) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const count = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

export function readSafetensors(bytes: Buffer): Read {
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, start).toString()) as Record<string, Record<string, unknown>>;
  const found: Read = new Map();
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const [shape, type, [begin]] = [entry.shape as number[], entry.dtype as string, entry.data_offsets as number[]];
    const at = (i: number) => start + begin + i * SIZES[type];
    found.set(name, {
      shape,
      values: Array.from({ length: count(shape) }, (_, i) => value(viewOf(bytes), type, at(i))),
    });
  }
  return found;
}

/** The members of a zip, by its directory. */
export function members(bytes: Buffer): Map<string, Buffer> {
  const end = bytes.lastIndexOf("PK\x05\x06");
  const found = new Map<string, Buffer>();
  for (let at = bytes.readUInt32LE(end + 16), left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    const [name, extra, comment] = [28, 30, 32].map((field) => bytes.readUInt16LE(at + field));
    const local = bytes.readUInt32LE(at + 42);
    const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    found.set(
      bytes.toString("utf8", at + 46, at + 46 + name),
      bytes.subarray(from, from + bytes.readUInt32LE(at + 24)),
    );
    at += 46 + name + extra + comment;
  }
  return found;
}

/** Whatever a pickle makes, as plain nested data: a call is { call, parts }, a dictionary is { items }. */
type Thing = unknown;
interface Called {
  call: string;
  parts: Thing[];
}

function unpickle(bytes: Buffer, start = 0): { thing: Thing; end: number } {
  const stack: Thing[] = [];
  const memo: Thing[] = [];
  let at = start;
  const read = (length: number) => {
    at += length;
    return bytes.subarray(at - length, at);
  };
  const line = () => {
    const text = bytes.toString("utf8", at, bytes.indexOf("\n", at));
    at += Buffer.byteLength(text) + 1;
    return text;
  };
  const toMark = () => {
    const from = stack.lastIndexOf("<mark>");
    return stack.splice(from).slice(1);
  };
  const long = (part: Buffer) =>
    part.length === 0
      ? 0
      : Number(BigInt.asIntN(8 * part.length, BigInt(`0x${Buffer.from(part).reverse().toString("hex")}`)));
  const append = (items: Thing[]) => (stack[stack.length - 1] as Thing[]).push(...items);
  const setItems = (items: Thing[]) => (stack[stack.length - 1] as { items: Thing[] }).items.push(...items);
  for (;;) {
    const code = bytes[at++];
    const letter = String.fromCharCode(code);
    if (letter === ".") return { thing: stack.pop(), end: at };
    if (code === 0x80) read(1);
    else if (code === 0x95) read(8);
    else if (letter === "(") stack.push("<mark>");
    else if (letter === "N") stack.push(null);
    else if (code === 0x88 || code === 0x89) stack.push(code === 0x88);
    else if (letter === "J") stack.push(read(4).readInt32LE());
    else if (letter === "K") stack.push(read(1)[0]);
    else if (letter === "M") stack.push(read(2).readUInt16LE());
    else if (code === 0x8a) stack.push(long(read(read(1)[0])));
    else if (letter === "G") stack.push(read(8).readDoubleBE());
    else if (letter === "X") stack.push(read(read(4).readUInt32LE()).toString());
    else if (code === 0x8c) stack.push(read(read(1)[0]).toString());
    else if (letter === "T") stack.push(read(read(4).readUInt32LE()).toString("latin1"));
    else if (letter === "U") stack.push(read(read(1)[0]).toString("latin1"));
    else if (letter === ")") stack.push([]);
    else if (letter === "t") stack.push(toMark());
    else if (code >= 0x85 && code <= 0x87) stack.push(stack.splice(-(code - 0x84)));
    else if (letter === "]") stack.push([]);
    else if (letter === "a") append([stack.pop()]);
    else if (letter === "e") append(toMark());
    else if (letter === "}") stack.push({ items: [] });
    else if (letter === "s") setItems(stack.splice(-2));
    else if (letter === "u") setItems(toMark());
    else if (letter === "q") memo[read(1)[0]] = stack[stack.length - 1];
    else if (letter === "r") memo[read(4).readUInt32LE()] = stack[stack.length - 1];
    else if (code === 0x94) memo.push(stack[stack.length - 1]);
    else if (letter === "h") stack.push(memo[read(1)[0]]);
    else if (letter === "j") stack.push(memo[read(4).readUInt32LE()]);
    else if (letter === "c") stack.push({ global: `${line()} ${line()}` });
    else if (code === 0x93) stack.push({ global: (stack.splice(-2) as string[]).join(" ") });
    else if (letter === "Q") stack.push({ persistent: stack.pop() });
    else if (letter === "R") stack.push(called(...(stack.splice(-2) as [{ global: string }, Thing[]])));
    else if (letter === "b") stack.pop();
    else throw new Error(`instruction ${code}`);
  }
}

function called({ global }: { global: string }, parts: Thing[]): Thing {
  if (global === "collections OrderedDict") return { items: parts.flat(2) };
  if (global === "torch._utils _rebuild_parameter") return parts[0];
  return { call: global, parts } satisfies Called;
}

export function readTorch(bytes: Buffer): Read {
  if (bytes.subarray(0, 2).toString() === "PK") {
    const all = members(bytes);
    const [pickle] = [...all].filter(([name]) => name.endsWith("/data.pkl"));
    const folder = pickle[0].slice(0, -"data.pkl".length);
    return tensors(unpickle(pickle[1]).thing, (key) => all.get(`${folder}data/${key}`) as Buffer);
  }
  let end = 0;
  const things = Array.from({ length: 5 }, () => {
    const next = unpickle(bytes, end);
    end = next.end;
    return next.thing;
  });
  const storages = new Map<string, Buffer>();
  for (const key of things[4] as string[]) {
    const size = Number(bytes.readBigInt64LE(end)) * sizeOf(things[3], key);
    storages.set(key, bytes.subarray(end + 8, end + 8 + size));
    end += 8 + size;
  }
  return tensors(things[3], (key) => storages.get(key) as Buffer);
}

interface View {
  type: string;
  key: string;
  offset: number;
  shape: number[];
  strides: number[];
}

function viewOfTensor(thing: Thing): View {
  const [storage, offset, shape, strides] = (thing as Called).parts as [
    { persistent: Thing[] },
    number,
    number[],
    number[],
  ];
  const [, type, key] = storage.persistent as [string, { global: string }, string];
  return { type: TYPES[type.global], key, offset, shape, strides };
}

const TYPES: Record<string, string> = Object.fromEntries(
  Object.entries({
    Double: "F64",
    Float: "F32",
    Half: "F16",
    BFloat16: "BF16",
    Long: "I64",
    Int: "I32",
    Short: "I16",
    Char: "I8",
    Byte: "U8",
    Bool: "BOOL",
  }).map(([name, type]) => [`torch ${name}Storage`, type]),
);

function entries(thing: Thing): [name: string, view: View][] {
  const { items } = thing as { items: Thing[] };
  return Array.from({ length: items.length / 2 }, (_, i) => [items[2 * i] as string, viewOfTensor(items[2 * i + 1])]);
}

const sizeOf = (thing: Thing, key: string) =>
  SIZES[entries(thing).find(([, view]) => view.key === key)?.[1].type ?? ""] ?? 0;

function tensors(thing: Thing, storage: (key: string) => Buffer): Read {
  const found: Read = new Map();
  for (const [name, { type, key, offset, shape, strides }] of entries(thing)) {
    const view = viewOf(storage(key));
    const values = Array.from({ length: count(shape) }, (_, i) => {
      let [rest, at] = [i, offset];
      for (let d = shape.length - 1; d >= 0; d--) {
        at += (rest % shape[d]) * strides[d];
        rest = Math.floor(rest / shape[d]);
      }
      return value(view, type, at * SIZES[type]);
    });
    found.set(name, { shape, values });
  }
  return found;
}
