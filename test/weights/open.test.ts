import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { currentName } from "../../lib/weights/names";
import { openWeights } from "../../lib/weights/open";
import { writeSafetensors } from "../../lib/weights/safetensors";
import { ROOT } from "../tiny";
import { refused } from "./refused";
import * as p from "./torch/pickle-writer";

const root = mkdtempSync(join(tmpdir(), "weights-"));
after(() => rmSync(root, { recursive: true }));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(root, "model-"));
});

const put = (name: string, content: string | Buffer) => writeFileSync(join(folder, name), content);
const tensors = (values: Record<string, number>) =>
  Object.entries(values).map(([name, value]) => [name, [1], () => Float32Array.of(value)] as const);
const shard = (name: string, values: Record<string, number>) => writeSafetensors(join(folder, name), tensors(values));
const index = (map: unknown) => put("model.safetensors.index.json", JSON.stringify({ weight_map: map }));

async function all(): Promise<Record<string, number>> {
  const file = await openWeights(folder);
  try {
    return Object.fromEntries([...file.entries.keys()].map((name) => [name, file.read(name).data[0]]));
  } finally {
    file.close();
  }
}

const torch = (value: number) =>
  p.archive(p.pickle(p.state({ a: p.tensor(p.storage("0", 1), { shape: [1], strides: [1] }) })), {
    "0": p.floats(value),
  });

test("the form is Python's choice: safetensors before torch's, whole before pieces", async () => {
  await refused(all, /model\.safetensors does not exist, nor model\.safetensors\.index\.json, .*: no weights/);
  put("pytorch_model.bin", torch(3));
  assert.deepEqual(await all(), { a: 3 });
  shard("piece.safetensors", { a: 2 });
  index({ a: "piece.safetensors" });
  assert.deepEqual(await all(), { a: 2 });
  shard("model.safetensors", { a: 1 });
  assert.deepEqual(await all(), { a: 1 });
});

test("shards of both kinds are read as one", async () => {
  shard("model-00001-of-00002.safetensors", { a: 1, c: 3 });
  shard("model-00002-of-00002.safetensors", { b: 2 });
  const [one, two] = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
  index({ a: one, b: two, c: one });
  assert.deepEqual(await all(), { a: 1, b: 2, c: 3 });
  for (const name of [one, two, "model.safetensors.index.json"]) rmSync(join(folder, name));
  put("part.bin", torch(5));
  put("pytorch_model.bin.index.json", '{"metadata":{"total_size":4},"weight_map":{"a":"part.bin"}}');
  assert.deepEqual(await all(), { a: 5 });
});

const INDEXES: [what: string, map: unknown, reason: RegExp][] = [
  ["a file above its folder", { a: "../model.safetensors" }, /tensor "a" lies in "\.\.\/model\.safetensors"/],
  ["an absolute file", { a: "/etc/passwd" }, /lies in "\/etc\/passwd"/],
  ["a file of another kind", { a: "weights.pkl" }, /lies in "weights\.pkl"/],
  ["a hidden file", { a: ".safetensors" }, /lies in "\.safetensors"/],
  ["a number", { a: 1 }, /lies in 1/],
  ["no file", {}, /names 0 files/],
  ["a list", ["a"], /no "weight_map"/],
  [
    "a thousand files and one",
    Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [i, `${i}.bin`])),
    /names 1001/,
  ],
  ["a file that is not there", { a: "b.safetensors" }, /b\.safetensors does not exist/],
  ["a tensor that its file lacks", { a: "one.safetensors", b: "one.safetensors" }, /looks for tensor "b" in one/],
  ["fewer tensors than its files", { a: "two.safetensors" }, /two\.safetensors holds tensor "b", which/],
];

for (const [what, map, reason] of INDEXES)
  test(`an index with ${what} is refused in one sentence`, () => {
    shard("one.safetensors", { a: 1 });
    shard("two.safetensors", { a: 1, b: 2 });
    index(map);
    return refused(all, reason);
  });

test("an index that is no JSON, or names a tensor twice", async () => {
  put("model.safetensors.index.json", "{");
  await refused(all, /index\.json is not JSON/);
  put("model.safetensors.index.json", '{"weight_map":{"a":"one.safetensors","a":"two.safetensors"}}');
  await refused(all, /names a key twice/);
});

test("older names become today's", () => {
  for (const [old, current] of [
    ["rnn._module.weight_ih_l0_reverse", "rnn.lstm.weight_ih_l0_reverse"],
    ["model.rnn._module.bias_hh_l0", "rnn.lstm.bias_hh_l0"],
    ["_orig_mod.prompt_rep_layer.0.weight", "prompt_rep_layer.0.weight"],
    ["bert.encoder.layer.0.output.LayerNorm.gamma", "bert.encoder.layer.0.output.LayerNorm.weight"],
    ["bert.embeddings.LayerNorm.beta", "bert.embeddings.LayerNorm.bias"],
    ["model.safetensors", "model.safetensors"],
    ["rnn.lstm.bias_hh_l0", "rnn.lstm.bias_hh_l0"],
  ])
    assert.equal(currentName(old), current);
});

test("two names of one tensor are refused; a name of a tied tensor is found", async () => {
  shard("model.safetensors", { "rnn._module.bias_hh_l0": 1, "rnn.lstm.bias_hh_l0": 2 });
  await refused(all, /holds both "rnn\._module\.bias_hh_l0" and "rnn\.lstm\.bias_hh_l0": the same tensor/);
  writeSafetensors(join(folder, "model.safetensors"), tensors({ a: 7 }), { format: "pt", b: "a", c: "missing" });
  assert.deepEqual(await all(), { a: 7, b: 7 });
});

test("what torch wrote is found under a folder", async () => {
  cpSync(join(ROOT, "test/golden/torch/lstm.bin"), join(folder, "pytorch_model.bin"));
  assert.equal(Object.keys(await all()).length, 8);
});
