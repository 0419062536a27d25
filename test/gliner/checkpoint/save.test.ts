import assert from "node:assert/strict";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { useBackend } from "../../../lib/backend";
import { takeUpWeights } from "../../../lib/gliner/checkpoint/load";
import { GLiNER } from "../../../lib/gliner/gliner";
import { ENCODER_PREFIX } from "../../../lib/model/parameter-names";
import { expand, quantise } from "../../../lib/weights/quantise";
import { readSafetensors, SafetensorsFile, writeSafetensors } from "../../../lib/weights/safetensors";
import { decode, toHalves } from "../../../lib/weights/values";
import { TINY_BERT } from "../../tiny";
import { tinyEncoder } from "../../tiny-encoder";
import { refused } from "../../weights/refused";

const scratch = mkdtempSync(join(tmpdir(), "save-"));
before(() => useBackend());
after(() => rmSync(scratch, { recursive: true }));

const folder = (name: string) => mkdtempSync(join(scratch, `${name}-`));
const bytes = (path: string, file: string) => statSync(join(path, file)).size;
const COMPACT = "model.compact.safetensors";
const EMBEDDINGS = `${ENCODER_PREFIX}embeddings.word_embeddings.weight`;

/** All parameters of the model in a folder. */
async function parameters(path: string): Promise<Map<string, { shape: number[]; data: Float32Array }>> {
  const model = await GLiNER.fromPretrained(path);
  const found = [...model.model.parameters.entries()].map(([name, variable]) => {
    return [name, { shape: variable.shape, data: variable.dataSync<"float32">().slice() }] as const;
  });
  model.dispose();
  return new Map(found);
}

async function saved(options: Parameters<GLiNER["savePretrained"]>[1], from = TINY_BERT): Promise<string> {
  const model = await GLiNER.fromPretrained(from);
  const path = folder("saved");
  await model.savePretrained(path, options);
  model.dispose();
  return path;
}

test("float32 is what was loaded, bit by bit, with the files that Python reads", async () => {
  const path = await saved({});
  assert.deepEqual(await parameters(path), await parameters(TINY_BERT));
  const files = ["added_tokens.json", "gliner_config.json", "model.safetensors", "special_tokens_map.json"];
  assert.deepEqual(readdirSync(path).sort(), [...files, "tokenizer.json", "tokenizer_config.json"]);
  const names = (file: string) =>
    [...readSafetensors(file).tensors].map(([name, { shape }]) => `${name} ${shape}`).sort();
  assert.deepEqual(names(join(path, "model.safetensors")), names(join(TINY_BERT, "model.safetensors")));
});

test("float16 is every value's nearest half, in half the bytes, under the same names", async () => {
  const path = await saved({ precision: "float16" });
  const file = SafetensorsFile.open(join(path, "model.safetensors"));
  assert.ok([...file.entries.values()].every(({ dtype }) => dtype === "F16"));
  file.close();
  const halves = await parameters(path);
  for (const [name, { data }] of await parameters(TINY_BERT))
    assert.deepEqual(halves.get(name)?.data, decode("F16", toHalves(data).slice().buffer), name);
  assert.ok(bytes(path, "model.safetensors") < 0.55 * bytes(TINY_BERT, "model.safetensors"));
});

test("int8 is every row's nearest multiple of its scale; vectors stay; Python finds no file to misread", async () => {
  const path = await saved({ precision: "int8" });
  assert.equal(existsSync(join(path, "model.safetensors")), false);
  const small = await parameters(path);
  for (const [name, { shape, data }] of await parameters(TINY_BERT)) {
    const wanted = shape.length < 2 ? data : expand(quantise(data, shape[0]));
    assert.deepEqual(small.get(name), { shape, data: wanted }, name);
  }
  assert.ok(bytes(path, COMPACT) < 0.4 * bytes(TINY_BERT, "model.safetensors"));
});

test("an 8-bit checkpoint saved again is float32 for Python, and eight bits of it are the same eight bits", async () => {
  const small = await saved({ precision: "int8" });
  const large = await saved({}, small);
  assert.deepEqual(await parameters(large), await parameters(small));
  const again = await saved({ precision: "int8" }, large);
  assert.ok(readFileSync(join(again, COMPACT)).equals(readFileSync(join(small, COMPACT))));
});

const encoder = (change?: (embeddings: Float32Array) => void) => tinyEncoder(folder("encoder"), change);

/** A new model on an encoder, saved without its word embeddings. */
async function borrowing(modelName: string, options = {}): Promise<{ path: string; whole: string }> {
  const model = await GLiNER.fromConfig({ model_name: modelName, hidden_size: 16, max_width: 4 });
  const [path, whole] = [folder("borrowing"), folder("whole")];
  await model.savePretrained(path, { wordEmbeddings: "encoder", ...options });
  await model.savePretrained(whole);
  model.dispose();
  return { path, whole };
}

test("word embeddings can be the encoder's own: left out, found again, checked", async () => {
  const source = encoder();
  const { path, whole } = await borrowing(source);
  assert.deepEqual(await parameters(path), await parameters(whole));
  const rows = readSafetensors(join(path, COMPACT)).tensors.get(EMBEDDINGS);
  assert.deepEqual(rows?.shape, [3, 32], "only the added tokens are in the file");
  rmSync(source, { recursive: true });
  cpSync(
    encoder((values) => values.fill(values[0] + 1e-6, 0, 1)),
    source,
    { recursive: true },
  );
  await refused(
    () => GLiNER.fromPretrained(path),
    /wants rows of "embeddings\.word_embeddings\.weight".*another version/,
  );
  rmSync(source, { recursive: true });
  await refused(() => GLiNER.fromPretrained(path), /encoder ".*" is no folder here/);
});

test("eight bits and borrowed word embeddings go together", async () => {
  const { path, whole } = await borrowing(encoder(), { precision: "int8" });
  const [small, large] = [await parameters(path), await parameters(whole)];
  const embeddings = large.get(EMBEDDINGS);
  assert.ok(embeddings);
  const borrowed = embeddings.data.length - 3 * 32;
  assert.deepEqual(small.get(EMBEDDINGS)?.data.subarray(0, borrowed), embeddings.data.subarray(0, borrowed));
  const added = expand(quantise(embeddings.data.subarray(borrowed), 3));
  assert.deepEqual(small.get(EMBEDDINGS)?.data.subarray(borrowed), added);
  assert.ok(bytes(path, COMPACT) < 0.3 * bytes(whole, "model.safetensors"));
});

test("trained word embeddings are not left out by mistake, only up to a tolerance", async () => {
  const model = await GLiNER.fromConfig({ model_name: encoder(), hidden_size: 16, max_width: 4 });
  const variable = model.model.parameters.get(EMBEDDINGS);
  const values = variable.dataSync<"float32">().slice();
  values[5] += 0.25;
  model.model.parameters.set(EMBEDDINGS, values, variable.shape);
  const path = folder("trained");
  const save = (tolerance?: number) => model.savePretrained(path, { wordEmbeddings: "encoder", tolerance });
  await refused(() => save(), /word embeddings differ from those of ".*" by up to 0\.25, for they were trained/);
  assert.deepEqual(readdirSync(path), []);
  await save(0.3);
  const found = (await parameters(path)).get(EMBEDDINGS)?.data;
  assert.ok(Math.abs((found?.[5] ?? 0) + 0.25 - values[5]) < 1e-6, "the encoder's value, not the trained one");
  model.dispose();
});

test("what cannot be saved is refused before anything is written", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const path = join(scratch, "refused");
  await refused(
    () => model.savePretrained(path, { precision: "int4" as "int8" }),
    /precision is "int4", wanted one of/,
  );
  assert.equal(existsSync(path), false);
  mkdirSync(path);
  writeFileSync(join(path, "pytorch_model.bin"), "");
  await refused(() => model.savePretrained(path), /holds pytorch_model\.bin already/);
  assert.deepEqual(readdirSync(path), ["pytorch_model.bin"]);
  const bias = model.model.parameters.get("prompt_rep_layer.3.bias");
  for (const [value, precision, reason] of [
    [1e6, "float16", /"prompt_rep_layer\.3\.bias" holds values beyond 65,504/],
    [Number.NaN, "int8", /"prompt_rep_layer\.3\.weight" holds a value that is not finite/],
  ] as const) {
    const weight = model.model.parameters.get("prompt_rep_layer.3.weight");
    const at = precision === "int8" ? weight : bias;
    const name = precision === "int8" ? "prompt_rep_layer.3.weight" : "prompt_rep_layer.3.bias";
    model.model.parameters.set(name, at.dataSync<"float32">().slice().fill(value), at.shape);
    const broken = folder("broken");
    await refused(() => model.savePretrained(broken, { precision }), reason);
    assert.equal(
      readdirSync(broken).some((file) => /safetensors/.test(file)),
      false,
      "no half of a file",
    );
  }
  model.dispose();
});

test("a run's checkpoint is taken up, and only one of the same model", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const path = await saved({ precision: "float16" });
  await takeUpWeights(model.model, path);
  assert.deepEqual(
    model.model.parameters.get("prompt_rep_layer.3.bias").dataSync(),
    (await parameters(path)).get("prompt_rep_layer.3.bias")?.data,
  );
  const { path: other } = { path: folder("other") };
  writeSafetensors(join(other, "model.safetensors"), [["a", [1], () => Float32Array.of(1)]]);
  const before = [...model.model.parameters.get("prompt_rep_layer.3.bias").dataSync()];
  await refused(() => takeUpWeights(model.model, other), /does not fit its configuration: missing/);
  assert.deepEqual([...model.model.parameters.get("prompt_rep_layer.3.bias").dataSync()], before, "keeps its own");
  model.dispose();
});
