import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readSafetensors, SafetensorsFile, writeSafetensors } from "../../lib/weights/safetensors";
import { refused } from "./refused";

const folder = mkdtempSync(join(tmpdir(), "safetensors-"));
after(() => rmSync(folder, { recursive: true }));

/** A file with this header and so many zero bytes behind it. */
function file(header: string, bytes: number): string {
  const path = join(folder, "made.safetensors");
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
  writeFileSync(path, Buffer.concat([length, Buffer.from(header), Buffer.alloc(bytes)]));
  return path;
}

test("what is written is read back, names, shapes, types and values", () => {
  const path = join(folder, "round.safetensors");
  const values = Float32Array.from([1.5, -2, 3e-8, 4, 5, 6]);
  writeSafetensors(
    path,
    [
      ["a.weight", [2, 3], () => values],
      ["ids", [2], () => Int32Array.from([7, -8])],
      ["empty", [0, 4], () => new Float32Array(0)],
    ],
    { format: "pt", note: "é" },
  );
  const { tensors, metadata } = readSafetensors(path);
  assert.deepEqual(tensors.get("a.weight"), { shape: [2, 3], data: values });
  assert.deepEqual(tensors.get("ids"), { shape: [2], data: Int32Array.from([7, -8]) });
  assert.equal(tensors.get("empty")?.data.length, 0);
  assert.equal(metadata.get("note"), "é");
  assert.equal(Number(readFileSync(path).readBigUInt64LE(0)) % 8, 0, "the data begins at a multiple of eight");
});

test("half and brain floats become the float32 of the same value", () => {
  const halves = Uint16Array.from([0x3c00, 0xc000, 0x7bff, 0x0001, 0x8000, 0x7c00]);
  const path = file('{"h":{"dtype":"F16","shape":[6],"data_offsets":[0,12]}}', 0);
  writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.from(halves.buffer)]));
  const half = readSafetensors(path).tensors.get("h")?.data as Float32Array;
  assert.deepEqual([...half], [1, -2, 65504, 2 ** -24, -0, Number.POSITIVE_INFINITY]);
  const brain = file('{"b":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}', 0);
  writeFileSync(brain, Buffer.concat([readFileSync(brain), Buffer.from(Uint16Array.from([0x3f80, 0xc040]).buffer)]));
  assert.deepEqual([...(readSafetensors(brain).tensors.get("b")?.data ?? [])], [1, -3]);
});

const entry = (shape: string, offsets: string, dtype = "F32") =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`;

const UNSOUND: [what: string, header: string, bytes: number, message: RegExp][] = [
  ["a header that is no JSON", "{nope", 0, /header is not JSON/],
  ["a header that is a list", "[]", 0, /not a JSON object/],
  ["a name given twice", `{"a":${entry("[1]", "[0,4]")},"a":${entry("[1]", "[4,8]")}}`, 8, /twice/],
  ["an unknown type", `{"a":${entry("[1]", "[0,4]", "F3")}}`, 4, /type "F3"/],
  ["a type named like a method", `{"a":${entry("[1]", "[0,4]", "toString")}}`, 4, /type "toString"/],
  ["a negative size", `{"a":${entry("[-1]", "[0,4]")}}`, 4, /shape \[-1\]/],
  ["bytes that do not fit the shape", `{"a":${entry("[2]", "[0,4]")}}`, 4, /4 bytes, its shape \[2\] wants 8/],
  ["a product that overflows", `{"a":${entry("[4194305,4194305,211106198978564]", "[0,4]")}}`, 4, /wants/],
  ["an offset past the end", `{"a":${entry("[2]", "[0,8]")}}`, 4, /take 8 bytes, the file has 4/],
  ["an overlap", `{"a":${entry("[2]", "[0,8]")},"b":${entry("[2]", "[4,12]")}}`, 12, /hole or an overlap/],
  ["a hole", `{"a":${entry("[1]", "[4,8]")}}`, 8, /hole or an overlap/],
  ["bytes that belong to nobody", `{"a":${entry("[1]", "[0,4]")}}`, 9, /take 4 bytes, the file has 9/],
  [
    "a key given twice within a tensor",
    `{"a":{"dtype":"F32","dtype":"I32","shape":[1],"data_offsets":[0,4]}}`,
    4,
    /twice/,
  ],
  ["the same name in two spellings", `{"a":${entry("[1]", "[0,4]")},"\\u0061":${entry("[1]", "[4,8]")}}`, 8, /twice/],
  ["an unknown key", `{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"__proto__":{}}}`, 4, /the key "__proto__"/],
  ["a tensor that is a prototype", `{"__proto__":{"dtype":"F32"}}`, 0, /"__proto__" has shape undefined/],
  ["a size that is no whole number", `{"a":${entry("[1.5]", "[0,6]")}}`, 6, /shape \[1\.5\]/],
  ["a size beyond whole numbers", `{"a":${entry("[9007199254740993]", "[0,4]")}}`, 4, /shape \[9007199254740992\]/],
  ["sizes that are texts", `{"a":${entry('["1"]', "[0,4]")}}`, 4, /shape \["1"\]/],
  ["offsets in the wrong order", `{"a":${entry("[1]", "[4,0]")}}`, 4, /-4 bytes/],
  [
    "a shape that is a thousand lists deep",
    `{"a":${entry("[".repeat(1000) + "]".repeat(1000), "[0,4]")}}`,
    4,
    /a nested list/,
  ],
  [
    "a header that is ten million lists deep",
    `{"a":${"[".repeat(1e7)}${"]".repeat(1e7)}}`,
    0,
    /not described by an object/,
  ],
  ["a name of a million letters", `{"${"a".repeat(1e6)}":{}}`, 0, /tensor "a{80}\.\.\."/],
  ["a byte order mark", `\ufeff{}`, 0, /header is not JSON/],
  [
    "a long that does not fit 32 bits",
    `{"a":${entry("[1]", "[0,8]", "I64")}}`,
    -1,
    /holds 4294967296, which does not fit/,
  ],
  ["metadata that is not text", `{"__metadata__":{"a":1}}`, 0, /metadata "a" is not a string/],
];

for (const [what, header, bytes, message] of UNSOUND)
  test(`refuses ${what} in one sentence`, () => {
    // -1: the bytes of a long.
    const path = file(header, Math.max(0, bytes));
    if (bytes < 0) appendFileSync(path, Buffer.from([0, 0, 0, 0, 1, 0, 0, 0]));
    return refused(() => readSafetensors(path), message);
  });

test("a name from a prototype is a name like any other", () => {
  const named = ["__proto__", "constructor", "toString"].map((name, i) => {
    return `"${name}":${entry("[1]", `[${4 * i},${4 * i + 4}]`)}`;
  });
  const { tensors } = readSafetensors(file(`{${named.join(",")}}`, 12));
  assert.deepEqual([...tensors.keys()], ["__proto__", "constructor", "toString"]);
  assert.equal(({} as { dtype?: string }).dtype, undefined);
});

test("a header that is there but larger than any model's is refused unread", () => {
  const path = join(folder, "huge.safetensors");
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(30_000_000n);
  writeFileSync(path, length);
  truncateSync(path, 40_000_000);
  return refused(() => readSafetensors(path), /header claims 30000000 bytes/);
});

test("a hundred thousand tensors are read", () => {
  const all = Array.from({ length: 100_000 }, (_, i) => `"t${i}":${entry("[1]", `[${4 * i},${4 * i + 4}]`)}`);
  const opened = SafetensorsFile.open(file(`{${all.join(",")}}`, 400_000));
  assert.equal(opened.entries.size, 100_000);
  opened.close();
});

test("what is no regular file is not opened: a folder, a pipe, a device, a link to itself", async () => {
  const at = (name: string) => join(folder, name);
  mkdirSync(at("folder"));
  symlinkSync("/dev/zero", at("device"));
  symlinkSync("loop", at("loop"));
  execFileSync("mkfifo", [at("pipe")]);
  for (const name of ["folder", "device", "pipe"])
    await refused(() => readSafetensors(at(name)), /is not a regular file/);
  await refused(() => readSafetensors(at("loop")), /cannot be opened: ELOOP/);
});

test("refuses a truncated file and a header longer than the file", () => {
  const path = join(folder, "short.safetensors");
  writeFileSync(path, "abc");
  assert.throws(() => readSafetensors(path), /3 bytes, wanted at least 8/);
  writeFileSync(path, Buffer.from([255, 255, 255, 255, 255, 255, 255, 127, 0]));
  assert.throws(() => readSafetensors(path), /header claims/);
  assert.throws(() => readSafetensors(join(folder, "absent.safetensors")), /does not exist/);
});

test("a failed write leaves the old file and no temporary one", () => {
  const path = join(folder, "kept.safetensors");
  writeSafetensors(path, [["a", [1], () => Float32Array.from([1])]]);
  const failing = [
    ["a", [1], () => Float32Array.from([2])],
    ["b", [2], () => new Float32Array(1)],
  ] as const;
  assert.throws(() => writeSafetensors(path, failing), /cannot write/);
  assert.equal(readSafetensors(path).tensors.get("a")?.data[0], 1);
});
