import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/backend";
import { GLiNER } from "../../lib/gliner/gliner";
import { lossGradient, lossStudy } from "../../lib/laboratory/loss-study";
import { countParameters } from "../../lib/model/describe";
import { TINY_BERT, TINY_RECORDS } from "../tiny";

before(() => useBackend());

const [{ tokens, ner }] = TINY_RECORDS;
const EXAMPLE = { tokens, ner, types: ["location", "person"] };
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

test("loss, labels and the gradient of every score are those of the formula", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  // What is derived from the weights stays with the model.
  lossStudy(model, EXAMPLE);
  const tensors = tf.memory().numTensors;
  const study = lossStudy(model, EXAMPLE);
  assert.equal(tf.memory().numTensors, tensors);
  const { max_width: K } = model.config;
  let [sum, spans] = [0, 0];
  study.logits.forEach((rows, c) => {
    rows.forEach((row, w) => {
      row.forEach((logit, k) => {
        assert.equal(Number.isNaN(logit), w + k >= tokens.length);
        if (Number.isNaN(logit)) return;
        const gold = ner.some(([first, last, type]) => first === w && last === w + k && type === EXAMPLE.types[c]);
        assert.equal(study.labels[c][w][k], Number(gold));
        sum -= Math.log(gold ? sigmoid(logit) : 1 - sigmoid(logit));
        const wanted = sigmoid(logit) - Number(gold);
        assert.ok(Math.abs(study.gradient[c][w][k] - wanted) < 1e-5, `${study.gradient[c][w][k]}, wanted ${wanted}`);
        spans++;
      });
    });
  });
  assert.equal(study.spans * EXAMPLE.types.length, spans);
  assert.equal(study.logits[0][0].length, K);
  assert.ok(Math.abs(study.loss - sum) < 1e-3 * sum, `${study.loss}, wanted ${sum}`);
  model.dispose();
});

test("the gradient by part: all parameters counted, nothing at the pooler, the mean shorter by the number of spans", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const sum = lossStudy(model, EXAMPLE);
  assert.deepEqual(
    sum.blocks.map(({ block, parameters }) => ({ block, parameters })),
    countParameters(model.config, model.model.encoder),
  );
  for (const { block, gradient } of sum.blocks)
    assert.equal(gradient === 0, block === "rest of the encoder", `${block}: ${gradient}`);
  const mean = lossStudy(model, EXAMPLE, { reduction: "mean" });
  assert.ok(Math.abs((mean.norm * sum.spans) / sum.norm - 1) < 1e-4, `${mean.norm} and ${sum.norm}`);
  assert.throws(() => lossStudy(model, { tokens, types: ["person"] }), /wants an example with its mentions/);
  model.dispose();
});

test("one score: p - y, and nothing beyond the floor of the probabilities", () => {
  const close = (found: number, wanted: number) => assert.ok(Math.abs(found - wanted) < 1e-6, `${found}, ${wanted}`);
  close(lossGradient(0, 1), -0.5);
  close(lossGradient(2, 0), sigmoid(2));
  close(lossGradient(-20, 1), 0);
  close(lossGradient(-20, 1, { loss_type: "focal_logits" }), -1);
});
