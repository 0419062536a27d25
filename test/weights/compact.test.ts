import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { openCompact, sha256OfValues, writeCompact } from "../../lib/weights/compact";
import { SafetensorsFile, writeSafetensors } from "../../lib/weights/safetensors";
import type { WrittenTensor } from "../../lib/weights/safetensors-write";
import { refused } from "./refused";

const folder = mkdtempSync(join(tmpdir(), "compact-"));
after(() => rmSync(folder, { recursive: true }));
const PATH = join(folder, "model.compact.safetensors");
const ENCODER = join(folder, "encoder.safetensors");

const words = Float32Array.of(1, 2, 3, 4, 5, 6);
writeSafetensors(ENCODER, [["bert.words", [3, 2], () => words]]);

const open = () => openCompact(PATH, async () => SafetensorsFile.open(ENCODER));

async function read(name: string) {
  const file = await open();
  try {
    return file.read(name);
  } finally {
    file.close();
  }
}

const borrowed = { words: { source: "words", rows: 2, sha256: sha256OfValues(words.subarray(0, 4)) } };

test("what is written is read: eight bits, vectors, borrowed rows before the file's own", async () => {
  const own = Float32Array.of(1, 2, 3, 4, 127, -127);
  const tensors = [
    ["words", [3, 2], () => own],
    ["matrix", [2, 2], () => Float32Array.of(127, -1, 0, 0)],
    ["vector", [2], () => Float32Array.of(0.1, 0.2)],
  ] as const;
  writeCompact(PATH, tensors, "int8", "somewhere", borrowed);
  assert.deepEqual(await read("words"), { shape: [3, 2], data: own });
  assert.deepEqual(await read("matrix"), { shape: [2, 2], data: Float32Array.of(127, -1, 0, 0) });
  assert.deepEqual(await read("vector"), { shape: [2], data: Float32Array.of(0.1, 0.2) });
  const file = await open();
  assert.deepEqual([...file.entries.keys()].sort(), ["matrix", "vector", "words"]);
  file.close();
});

const eight: WrittenTensor = ["m", [2, 2], () => Int8Array.of(1, 2, 3, 4), "I8"];
const scale: WrittenTensor = ["m.scale", [2], () => Float32Array.of(1, 1)];
const rest: WrittenTensor = ["words", [1, 2], () => Float32Array.of(7, 8)];
const sound = { version: 1, borrowed: {} };
const borrows = (more: object) => ({ version: 1, encoder: "e", borrowed: { words: { ...borrowed.words, ...more } } });

const UNSOUND: [what: string, tensors: WrittenTensor[], contents: unknown, reason: RegExp][] = [
  ["no word of what it holds", [eight, scale], undefined, /does not say what it holds/],
  ["a later version", [eight, scale], { ...sound, version: 2 }, /is of version 2, wanted 1/],
  ["eight bits without a scale", [eight], sound, /"m" in eight bits without a scale/],
  [
    "a scale of another length",
    [eight, ["m.scale", [1], () => Float32Array.of(1)]],
    sound,
    /without a scale for each row/,
  ],
  ["a scale of whole numbers", [eight, ["m.scale", [2], () => Int32Array.of(1, 1)]], sound, /without a scale/],
  ["whole numbers", [["i", [1], () => Int32Array.of(1)]], sound, /stores "i" as I32/],
  ["borrowed rows of nothing", [eight, scale], borrows({}), /borrows "words" from nowhere/],
  ["borrowed rows without an encoder", [rest], { ...borrows({}), encoder: undefined }, /from nowhere/],
  ["borrowed rows without a number", [rest], borrows({ rows: -1 }), /does not say properly what it borrows/],
  ["borrowed rows without a hash", [rest], borrows({ sha256: "abc" }), /does not say properly/],
  ["more borrowed rows than there are", [rest], borrows({ rows: 4 }), /no tensor "words" of 4 rows and 2 columns/],
  ["borrowed rows of another width", [["words", [1, 3], () => new Float32Array(3)]], borrows({}), /and 3 columns/],
  ["borrowed rows of a vector", [["words", [2], () => new Float32Array(2)]], borrows({}), /which is no matrix/],
  [
    "borrowed rows that are others",
    [rest],
    borrows({ sha256: "0".repeat(64) }),
    /with sha256 0{64}, .* another version/,
  ],
];

for (const [what, tensors, contents, reason] of UNSOUND)
  test(`a compact file with ${what} is refused in one sentence`, () => {
    const metadata: Record<string, string> = contents ? { "gliner-workbook": JSON.stringify(contents) } : {};
    writeSafetensors(PATH, tensors, metadata);
    return refused(() => read("words"), reason);
  });
