import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/backend";
import { logBucket, positionRow } from "../../lib/encoder/relative-position";
import { GLiNER } from "../../lib/gliner/gliner";
import { train } from "../../lib/gliner/training/train";
import { assertRelative } from "../families/compare";
import { ROOT, TINY_RECORDS } from "../tiny";

const TINY_DEBERTA = join(ROOT, "test/golden/tiny_deberta");
const scratch = mkdtempSync(join(tmpdir(), "deberta-"));
after(() => rmSync(scratch, { recursive: true }));
before(() => useBackend());

test("near positions have a row each, far ones share, and both ends are clamped", () => {
  for (const delta of [-128, -3, 0, 3, 128]) assert.equal(logBucket(delta, 256, 512), delta);
  assert.equal(logBucket(511, 256, 512), 255);
  assert.ok(logBucket(300, 256, 512) === logBucket(301, 256, 512));
  const span = { position_buckets: 256, max_relative_positions: 512 };
  assert.deepEqual(
    [-5000, 0, 5000].map((delta) => positionRow(delta, span)),
    [0, 256, 511],
  );
});

test("a model of DeBERTa trains: the loss falls, the number of tensors stays", async () => {
  const model = await GLiNER.fromPretrained(TINY_DEBERTA);
  const counts: number[] = [];
  const { history } = await train(model, TINY_RECORDS, {
    ...{ num_steps: 20, train_batch_size: 3, lr_encoder: 1e-3, lr_others: 1e-3, seed: 3 },
    onStep: () => void counts.push(tf.memory().numTensors),
  });
  const mean = (list: typeof history) => list.reduce((sum, { loss }) => sum + loss, 0) / list.length;
  assert.ok(mean(history.slice(-5)) < mean(history.slice(0, 5)));
  assert.equal(new Set(counts).size, 1, `${counts}`);
  model.dispose();
});

test("a folder with spm.model instead of tokenizer.json loads and finds the same", async () => {
  const folder = join(scratch, "spm");
  cpSync(TINY_DEBERTA, folder, { recursive: true });
  rmSync(join(folder, "tokenizer.json"));
  const [whole, bare] = [await GLiNER.fromPretrained(TINY_DEBERTA), await GLiNER.fromPretrained(folder)];
  const find = (model: GLiNER) =>
    model.predictEntities("Anna Smith visited Paris.", ["person", "city"], { threshold: 0 });
  assert.deepEqual(await find(bare), await find(whole));
  bare.savePretrained(join(scratch, "saved"));
  const again = await GLiNER.fromPretrained(join(scratch, "saved"));
  assert.deepEqual(await find(again), await find(whole));
  for (const model of [whole, bare, again]) model.dispose();
});

test("padding and company change nothing", async () => {
  const model = await GLiNER.fromPretrained(TINY_DEBERTA);
  const texts = [["Anna", "met", "Omar"], TINY_RECORDS[1].tokens];
  const types = ["person"];
  const scores = (lists: string[][]) => {
    const batch = model.collate(lists.map((tokens) => ({ tokens, types })));
    const logits = model.scores(batch); // [B, W, K, C]
    return tf.slice(logits, [0, 0, 0, 0], [1, 3, 1, 1]).dataSync();
  };
  assertRelative(scores(texts), scores(texts.slice(0, 1)), 1e-4, "alone and in company");
  model.dispose();
});
