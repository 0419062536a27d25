import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../../lib/backend";
import { GLiNER } from "../../../lib/gliner/gliner";
import { trainingOf } from "../../../lib/gliner/recipe/settings";
import { TrainingBatches } from "../../../lib/gliner/training/batches";
import { Measuring, SCORE_BINS } from "../../../lib/gliner/training/measures";
import { batchLoss } from "../../../lib/model/batch-loss";
import { probability } from "../../../lib/model/decode";
import { DEFAULT_LOSS } from "../../../lib/model/loss";
import { TINY_BERT, TINY_RECORDS } from "../../tiny";

before(() => useBackend());

/** Measures one batch, and counts the same things again, element by element. */
async function measure(loss = DEFAULT_LOSS) {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const config = trainingOf({ train_batch_size: 6, seed: 2 }, "x");
  const batch = new TrainingBatches(model, TINY_RECORDS, config).batch(0);
  // What is derived from the weights stays with the model.
  model.scores(batch).dispose();
  const start = tf.memory().numTensors;
  const measuring = new Measuring(false, true);
  measuring.count(batch);
  const value = tf.tidy(
    () => batchLoss(model.model, batch, loss, { watch: (inside) => measuring.watch(batch, inside) }).dataSync()[0],
  );
  const measures = measuring.finish(value, 2);
  assert.equal(tf.memory().numTensors, start, "nothing is left behind");
  const scores = model.scores(batch);
  const logits = scores.dataSync<"float32">();
  scores.dispose();
  model.dispose();
  return { batch, measures, value, logits };
}

test("the parts of the loss add up to it, and each is the loss of its elements", async () => {
  for (const reduction of ["sum", "mean"] as const) {
    const { measures, value, batch, logits } = await measure({ ...DEFAULT_LOSS, reduction });
    assert.ok(Math.abs(measures.lossPositive + measures.lossNegative - value) < 1e-6 * value);
    if (reduction === "mean") continue;
    let positive = 0;
    for (const [i, label] of (batch.labels ?? []).entries()) if (label) positive -= Math.log(probability(logits[i]));
    assert.ok(Math.abs(measures.lossPositive - positive) < 1e-3 * positive, `${measures.lossPositive}, ${positive}`);
  }
});

test("padding, negatives, mentions and scores are those of the batch", async () => {
  const { measures, batch, logits } = await measure();
  const { size, T, W, K, C, classes } = batch;
  const real = batch.attentionMask.filter((one) => one === 1).length;
  assert.equal(measures.subwords, real);
  assert.equal(measures.tokensPerSecond, Math.round(real / 2));
  assert.ok(Math.abs(measures.paddingShare - (1 - real / (size * T))) < 1e-12);
  const gold = TINY_RECORDS.flatMap((record) => record.ner);
  assert.equal(measures.positives, gold.length);
  const byTokens = new Map(
    TINY_RECORDS.map(({ tokens, ner }) => [tokens.join(" "), new Set(ner.map(([, , type]) => type))]),
  );
  const negatives = batch.tokens.map(
    (tokens, b) => classes[b].filter((type) => !byTokens.get(tokens.join(" "))?.has(type)).length,
  );
  assert.ok(
    negatives.some((count) => count > 0),
    "the batch has negatives at all",
  );
  assert.ok(Math.abs(measures.negativesPerExample - negatives.reduce((a, b) => a + b) / size) < 1e-12);
  const counts = new Array<number>(SCORE_BINS).fill(0);
  for (let b = 0; b < size; b++)
    for (let w = 0; w < batch.textLengths[b]; w++)
      for (let k = 0; k < Math.min(K, batch.textLengths[b] - w); k++)
        for (let c = 0; c < classes[b].length; c++) {
          const at = ((b * W + w) * K + k) * C + c;
          if (!batch.labels?.[at]) counts[Math.floor(probability(logits[at]) * SCORE_BINS)]++;
        }
  assert.deepEqual(measures.scores?.negatives, counts);
  assert.equal(
    measures.scores?.positives.reduce((a, b) => a + b),
    gold.length,
  );
});

test("what is kept and not asked for is given back", () => {
  const before = tf.memory().numTensors;
  const measuring = new Measuring(true, true);
  tf.tidy(() => {
    const one = tf.ones([1, 1, 1, 3]) as tf.Tensor4D; // [B, W, C, 3]
    measuring.watch({} as never, { scores: one, labels: one, elements: one });
  });
  assert.ok(tf.memory().numTensors > before);
  measuring.dispose();
  assert.equal(tf.memory().numTensors, before);
});
