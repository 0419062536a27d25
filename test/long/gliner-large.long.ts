/**
 * GLiNER-large as its official yaml builds it (deberta-v3-large, D = 768, markerV0, vocabulary 128,004) with random weights:
 * one forward pass and one training step of one text on this machine, and how much memory they take.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { useBackend } from "../../lib/backend";
import { type Batch, collate } from "../../lib/batch/collate";
import { publishedModels } from "../../lib/gliner/checkpoint/published";
import { batchLoss } from "../../lib/model/batch-loss";
import { initialValues } from "../../lib/model/initialise";
import { DEFAULT_LOSS } from "../../lib/model/loss";
import { modelShapes, type SpanModel, spanScores } from "../../lib/model/uni-encoder-span";
import { SubwordTokenizer } from "../../lib/text/tokenizer";
import { Trainer } from "../../lib/train/trainer";
import { Parameters } from "../../lib/weights/parameters";
import { ROOT } from "../tiny";

const LIMIT = 20 * 2 ** 30;
const gigabytes = (bytes: number) => (bytes / 2 ** 30).toFixed(1);
const peak = () => process.resourceUsage().maxRSS * 1024;

let model: SpanModel;
let batch: Batch;

before(async () => {
  await useBackend();
  const official = publishedModels().find(({ name }) => name === "GLiNER-large, official yaml");
  assert.ok(official);
  const { config, encoder } = official;
  // A small tokenizer's ids are valid in the large vocabulary; the class token is its own.
  const tokenizer = SubwordTokenizer.load(join(ROOT, "test/golden/tiny_deberta"));
  const class_token_index = Number(tokenizer.tokenId(config.ent_token));
  model = { config: { ...config, class_token_index }, encoder, parameters: new Parameters() };
  const shapes = modelShapes(config, encoder);
  for (const [name, shape] of shapes) model.parameters.set(name, initialValues(name, shapes, 0), shape);
  const words = "Anna Smith visited Paris in March 2021 and met Omar Novak of Acme Corp near the Red Sea .".split(" ");
  const tokens = [...words, ...words];
  const types = ["person", "location", "organization", "date", "product", "event", "law", "animal"];
  const example = { tokens, types, ner: [[0, 1, "person"] as [number, number, string]] };
  batch = collate([example], tokenizer, model.config);
});
after(() => model.parameters.dispose());

test("459,495,168 parameters", () => {
  assert.equal(model.parameters.count(), 459_495_168);
});

test("one forward pass of one text", (context) => {
  const start = performance.now();
  const scores = spanScores(model, batch);
  assert.ok(scores.dataSync().every(Number.isFinite));
  scores.dispose();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  context.diagnostic(
    `${batch.T} subwords, ${batch.W} words, ${batch.C} types: ${seconds} s, peak ${gigabytes(peak())} GiB`,
  );
});

test("one training step of one text, within 20 GiB", async (context) => {
  const names = model.parameters.names();
  const before = model.parameters.get("prompt_rep_layer.3.bias").dataSync().slice();
  const start = performance.now();
  let loss = Number.NaN;
  const task = {
    parameters: new Map(model.parameters.entries()),
    loss: () => () => batchLoss(model, batch, DEFAULT_LOSS),
  };
  const trainer = new Trainer(task, {
    steps: 1,
    groups: [{ names, learningRate: 1e-5, weightDecay: 0.01 }],
    schedule: () => 1,
    maxGradNorm: 1,
    onStep: (step) => {
      loss = step.loss;
    },
  });
  await trainer.run();
  trainer.optimizer.dispose();
  assert.ok(Number.isFinite(loss));
  const after = model.parameters.get("prompt_rep_layer.3.bias").dataSync();
  assert.ok(after.some((value, i) => value !== before[i]));
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  context.diagnostic(`loss ${loss.toFixed(1)}, ${seconds} s, peak ${gigabytes(peak())} GiB`);
  assert.ok(peak() <= LIMIT, `peak ${gigabytes(peak())} GiB`);
});
