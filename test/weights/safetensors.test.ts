import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readSafetensors, writeSafetensors } from "../../lib/weights/safetensors";

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
  ["metadata that is not text", `{"__metadata__":{"a":1}}`, 0, /metadata "a" is not a string/],
];

for (const [what, header, bytes, message] of UNSOUND)
  test(`refuses ${what} in one sentence`, () => {
    assert.throws(() => readSafetensors(file(header, bytes)), { name: "UserError", message });
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
