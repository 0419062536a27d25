import { storedZip } from "../../backend/stored-zip";

/** An assembler for pickles: each function gives the instructions that leave a value on the machine's stack. */

const op = (code: string | number, ...rest: Buffer[]) =>
  Buffer.concat([typeof code === "string" ? Buffer.from(code, "latin1") : Buffer.from([code]), ...rest]);

const uint32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

export const none = op("N");
export const text = (value: string) => op("X", uint32(Buffer.byteLength(value)), Buffer.from(value));
export const global = (module: string, name: string) => op("c", Buffer.from(`${module}\n${name}\n`));
export const tuple = (...parts: Buffer[]) => op("(", ...parts, op("t"));
export const list = (...parts: Buffer[]) => op("]", op("("), ...parts, op("e"));
export const call = (called: Buffer, ...parts: Buffer[]) => Buffer.concat([called, tuple(...parts), op("R")]);
export const dict = (entries: readonly (readonly [Buffer, Buffer])[]) => op("}", op("("), ...entries.flat(), op("u"));

/** A whole number of any size. */
export function int(value: number | bigint): Buffer {
  const bytes: number[] = [];
  for (let rest = BigInt(value); bytes.length === 0 || (rest !== 0n && rest !== -1n); rest >>= 8n)
    bytes.push(Number(rest & 0xffn));
  // The sign's own byte, where the last one would say otherwise.
  const negative = BigInt(value) < 0n;
  if (bytes[bytes.length - 1] >= 0x80 !== negative) bytes.push(negative ? 0xff : 0);
  return op(0x8a, Buffer.from([bytes.length, ...bytes]));
}

export const storage = (key: string, values: number | bigint, type = "FloatStorage") =>
  Buffer.concat([tuple(text("storage"), global("torch", type), text(key), text("cpu"), int(values)), op("Q")]);

export interface View {
  offset?: number | bigint;
  shape: readonly (number | bigint)[];
  strides: readonly (number | bigint)[];
}

export const tensor = (of: Buffer, { offset = 0, shape, strides }: View) =>
  call(
    global("torch._utils", "_rebuild_tensor_v2"),
    of,
    int(offset),
    tuple(...shape.map(int)),
    tuple(...strides.map(int)),
    op(0x89),
    call(global("collections", "OrderedDict")),
  );

/** A state_dict. */
export const state = (tensors: Readonly<Record<string, Buffer>>) =>
  dict(Object.entries(tensors).map(([name, value]) => [text(name), value] as const));

/** A whole pickle of this value. */
export const pickle = (...value: Buffer[]) => op(0x80, Buffer.from([2]), ...value, op("."));

/** What torch.save writes around a pickle. */
export const archive = (data: Buffer, storages: Readonly<Record<string, Buffer>> = {}) =>
  storedZip([
    { name: "model/data.pkl", content: data },
    { name: "model/byteorder", content: "little" },
    ...Object.entries(storages).map(([key, content]) => ({ name: `model/data/${key}`, content })),
    { name: "model/version", content: "3\n" },
  ]);

export const floats = (...values: number[]) => Buffer.from(Float32Array.from(values).buffer);
