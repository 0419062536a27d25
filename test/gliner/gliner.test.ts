import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/backend";
import { GLiNER } from "../../lib/gliner/gliner";
import { readSafetensors, writeSafetensors } from "../../lib/weights/safetensors";
import { TINY_BERT } from "../tiny";

const scratch = mkdtempSync(join(tmpdir(), "gliner-"));
after(() => rmSync(scratch, { recursive: true }));
before(() => useBackend());

const TEXT = "Anna Smith met Boris Garcia in Paris last Tuesday.";
const LABELS = ["person", "organization", "location", "date"];

/** A copy of the tiny model, to be broken. */
function copy(name: string): string {
  const folder = join(scratch, name);
  cpSync(TINY_BERT, folder, { recursive: true });
  return folder;
}

function edit(folder: string, file: string, change: (value: Record<string, unknown>) => void): void {
  const path = join(folder, file);
  const value = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
  change(value);
  writeFileSync(path, JSON.stringify(value));
}

const refuses = (folder: string, message: RegExp) =>
  assert.rejects(() => GLiNER.fromPretrained(folder), { name: "UserError", message });

test("offsets are those of the text, in UTF-16 units", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const text = `👍 ${TEXT}`;
  const entities = await model.predictEntities(text, LABELS, { threshold: 0.3 });
  assert.ok(entities.length > 0);
  for (const { start, end, text: found } of entities) assert.equal(text.slice(start, end), found);
  model.dispose();
});

test("a saved model gives the same entities and scores when it is loaded", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const folder = join(scratch, "saved");
  model.savePretrained(folder);
  const again = await GLiNER.fromPretrained(folder);
  const options = { threshold: 0.2, flatNer: false };
  assert.deepEqual(
    await again.predictEntities(TEXT, LABELS, options),
    await model.predictEntities(TEXT, LABELS, options),
  );
  const names = (path: string) => [...readSafetensors(join(path, "model.safetensors")).tensors.keys()].sort();
  assert.deepEqual(names(folder), names(TINY_BERT));
  model.dispose();
  again.dispose();
});

test("a batch gives what the texts give one by one, in their order, blanks included", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const texts = [TEXT, "", "Acme Corp acquired Hooli.", "  \n", "x"];
  const options = { threshold: 0.3 };
  const together = await model.inference(texts, LABELS, { ...options, batchSize: 4 });
  for (const [i, text] of texts.entries()) {
    const alone = await model.predictEntities(text, LABELS, options);
    assert.deepEqual(
      together[i].map(({ score, ...rest }) => rest),
      alone.map(({ score, ...rest }) => rest),
    );
  }
  assert.deepEqual([together[1], together[3]], [[], []]);
  model.dispose();
});

test("returnClassProbs adds the most probable types, the best first", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const labels = [...LABELS, "product", "event", "number"];
  const options = { threshold: 0.2 };
  const bare = await model.predictEntities(TEXT, labels, options);
  const entities = await model.predictEntities(TEXT, labels, { ...options, returnClassProbs: true });
  assert.ok(entities.length > 0);
  assert.deepEqual(
    entities.map(({ classProbs, ...rest }) => rest),
    bare,
  );
  for (const { classProbs = {}, label, score } of entities) {
    const values = Object.values(classProbs);
    assert.equal(values.length, 5);
    assert.deepEqual(
      values,
      [...values].sort((a, b) => b - a),
    );
    assert.equal(classProbs[label], score);
  }
  model.dispose();
});

test("a hidden_size that is not the weights' is named, once", async () => {
  const folder = copy("hidden-size");
  edit(folder, "gliner_config.json", (config) => {
    config.hidden_size = 64;
  });
  await refuses(folder, /model\.safetensors is of a model with "hidden_size" 32, gliner_config\.json says 64/);
});

test("inference leaves no tensor behind", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  await model.predictEntities(TEXT, LABELS);
  const before = tf.memory().numTensors;
  for (let i = 0; i < 3; i++) await model.predictEntities(TEXT, LABELS);
  assert.equal(tf.memory().numTensors, before);
  model.dispose();
});

test("words beyond the limits are read in windows; without them they are counted, not lost in silence", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  await model.predictEntities("word ".repeat(60), ["person"]);
  assert.deepEqual([model.wordsLost, model.textsInWindows], [0, 1]);
  await model.candidates([Array(60).fill("word")], ["person"], { floor: 0.5 });
  assert.ok(model.wordsLost >= 12, `${model.wordsLost} words: the tiny model takes 48`);
  model.dispose();
});

test("labels: none is an error, a duplicate counts once", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  await assert.rejects(() => model.predictEntities(TEXT, []), { name: "UserError", exitCode: 2 });
  await assert.rejects(() => model.predictEntities(TEXT, ["a", " "]), /label 2/);
  await assert.rejects(
    () => model.predictEntities(TEXT, ["a"], { threshold: 2 }),
    /threshold got 2, wanted a number from 0 to 1/,
  );
  const twice = await model.predictEntities(TEXT, ["person", "date", "person"], { threshold: 0.3 });
  assert.deepEqual(twice, await model.predictEntities(TEXT, ["person", "date"], { threshold: 0.3 }));
  model.dispose();
});

test("a folder that is not a model is refused in one sentence", async () => {
  await refuses(join(scratch, "absent"), /model folder .*absent does not exist/);
  const noWeights = copy("no-weights");
  rmSync(join(noWeights, "model.safetensors"));
  await refuses(noWeights, /model\.safetensors does not exist/);
  const brokenConfig = copy("broken-config");
  writeFileSync(join(brokenConfig, "gliner_config.json"), "{");
  await refuses(brokenConfig, /gliner_config\.json is not JSON/);
});

test("a strict load names missing, unexpected and misshaped tensors", async () => {
  const folder = copy("tensors");
  const path = join(folder, "model.safetensors");
  const { tensors } = readSafetensors(path);
  const changed = [...tensors].map(([name, { shape, data }]) => {
    if (name === "prompt_rep_layer.0.bias") return ["prompt_rep_layer.0.offset", shape, () => data] as const;
    if (name === "rnn.lstm.bias_ih_l0") return [name, [2, shape[0] / 2], () => data] as const;
    return [name, shape, () => data] as const;
  });
  writeSafetensors(path, changed);
  await refuses(
    folder,
    /missing prompt_rep_layer\.0\.bias; unexpected prompt_rep_layer\.0\.offset; rnn\.lstm\.bias_ih_l0 has shape \[2,32\], wanted \[64\]/,
  );
});

test("a tokenizer and a vocabulary that disagree are refused", async () => {
  const shifted = copy("class-token");
  edit(shifted, "gliner_config.json", (config) => {
    config.class_token_index = (config.class_token_index as number) + 1;
  });
  await refuses(shifted, /disagree: "<<ENT>>" has id \d+/);
  const larger = copy("vocabulary");
  edit(larger, "tokenizer.json", (tokenizer) => {
    const added = tokenizer.added_tokens as Record<string, unknown>[];
    added.push({ ...added[added.length - 1], id: 5000, content: "<<NEW>>" });
  });
  await refuses(larger, /tokenizer and vocabulary disagree: tokenizer\.json has ids up to 5000/);
});

test("a configuration outside what is built is refused, a legacy key is not", async () => {
  for (const [key, value, message] of [
    ["span_mode", "nonsense", /"span_mode" is "nonsense"/],
    ["hidden_size", "wide", /"hidden_size" is "wide", wanted a number/],
    ["max_width", 0, /"max_width" is 0/],
    ["labels_encoder", "some-model", /"labels_encoder" asks for a bi-encoder/],
  ] as const) {
    const folder = copy(`config-${key}`);
    edit(folder, "gliner_config.json", (config) => {
      config[key] = value;
    });
    await refuses(folder, message);
  }
  const legacy = copy("legacy");
  edit(legacy, "gliner_config.json", (config) => {
    config.lr_encoder = "1e-5";
  });
  (await GLiNER.fromPretrained(legacy)).dispose();
});
