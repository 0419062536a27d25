import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/backend";
import { DEFAULT_LOSS, spanLoss } from "../../lib/model/loss";

before(() => useBackend());

const tensor = (values: number[]) => tf.tensor4d(values, [1, 1, 1, values.length]);
const all = (n: number) => tf.ones([1, n]) as tf.Tensor2D;
const oneSpan = () => tf.ones([1, 1, 1]) as tf.Tensor3D;

test("without focal terms it is the binary cross-entropy", () => {
  const logits = [-3, -0.5, 0, 2];
  const labels = [0, 1, 1, 0];
  const expected = logits.reduce((sum, s, i) => sum + Math.log1p(Math.exp(labels[i] ? -s : s)), 0);
  const loss = spanLoss(tensor(logits), tensor(labels), oneSpan(), all(4)).dataSync()[0];
  assert.ok(Math.abs(loss - expected) < 1e-5, `${loss} against ${expected}`);
});

test("alpha 0.75 weighs positives three times as much as negatives, alpha 0 not at all", () => {
  const at = (label: number, alpha: number) =>
    spanLoss(tensor([0]), tensor([label]), oneSpan(), all(1), { ...DEFAULT_LOSS, alpha }).dataSync()[0];
  assert.ok(Math.abs(at(1, 0.75) / at(0, 0.75) - 3) < 1e-5);
  assert.equal(at(1, 0), 0);
});

test("masks keep spans past the end and types that were not asked out of the sum", () => {
  const scores = tf.tensor4d([5, 5, 5, 5], [1, 1, 2, 2]);
  const labels = tf.zeros([1, 1, 2, 2]) as tf.Tensor4D;
  const loss = spanLoss(scores, labels, tf.tensor3d([1, 0], [1, 1, 2]), tf.tensor2d([1, 0], [1, 2])).dataSync()[0];
  assert.ok(Math.abs(loss - Math.log1p(Math.exp(5))) < 1e-4);
});

test("the clamp of 0.2.29 has no gradient beyond about 13.8 on the wrong side", () => {
  const slope = (logit: number) =>
    tf
      .grad((s) => spanLoss(s as tf.Tensor4D, tensor([1]), oneSpan(), all(1)))(tensor([logit]))
      .dataSync()[0];
  assert.ok(Math.abs(slope(-13) + 1) < 1e-3, "a positive at -13 is still pulled up");
  assert.equal(slope(-14.5), 0);
});

test("mean divides by the number of valid spans, not by spans times types", () => {
  const scores = tf.zeros([1, 1, 2, 3]) as tf.Tensor4D;
  const mask = tf.ones([1, 1, 2]) as tf.Tensor3D;
  const of = (reduction: "sum" | "mean") =>
    spanLoss(scores, tf.zerosLike(scores), mask, all(3), { ...DEFAULT_LOSS, reduction }).dataSync()[0];
  assert.ok(Math.abs(of("sum") / of("mean") - 2) < 1e-5);
});
