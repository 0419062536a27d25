import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/backend";
import { DEFAULT_LOSS, LOSS_ERAS, type LossOptions, lossOf, type Masking, spanLoss } from "../../lib/model/loss";
import { negativeMask } from "../../lib/model/loss/masking";
import { randomStream } from "../../lib/random";

before(() => useBackend());

const tensor = (values: number[]) => tf.tensor4d(values, [1, 1, 1, values.length]);
const all = (n: number) => tf.ones([1, n]) as tf.Tensor2D;
const oneSpan = () => tf.ones([1, 1, 1]) as tf.Tensor3D;

test("without focal terms it is the binary cross-entropy", () => {
  const logits = [-3, -0.5, 0, 2];
  const labels = [0, 1, 1, 0];
  const expected = logits.reduce((sum, s, i) => sum + Math.log1p(Math.exp(labels[i] ? -s : s)), 0);
  const loss = spanLoss(tensor(logits), tensor(labels), { spanMask: oneSpan(), typeMask: all(4) }).dataSync()[0];
  assert.ok(Math.abs(loss - expected) < 1e-5, `${loss} against ${expected}`);
});

test("alpha 0.75 weighs positives three times as much as negatives, alpha 0 not at all", () => {
  const at = (label: number, alpha: number) =>
    spanLoss(
      tensor([0]),
      tensor([label]),
      { spanMask: oneSpan(), typeMask: all(1) },
      { ...DEFAULT_LOSS, alpha },
    ).dataSync()[0];
  assert.ok(Math.abs(at(1, 0.75) / at(0, 0.75) - 3) < 1e-5);
  assert.equal(at(1, 0), 0);
});

test("masks keep spans past the end and types that were not asked out of the sum", () => {
  const scores = tf.tensor4d([5, 5, 5, 5], [1, 1, 2, 2]);
  const labels = tf.zeros([1, 1, 2, 2]) as tf.Tensor4D;
  const loss = spanLoss(scores, labels, {
    spanMask: tf.tensor3d([1, 0], [1, 1, 2]),
    typeMask: tf.tensor2d([1, 0], [1, 2]),
  }).dataSync()[0];
  assert.ok(Math.abs(loss - Math.log1p(Math.exp(5))) < 1e-4);
});

test("the clamp of 0.2.29 has no gradient beyond about 13.8 on the wrong side", () => {
  const slope = (logit: number) =>
    tf
      .grad((s) => spanLoss(s as tf.Tensor4D, tensor([1]), { spanMask: oneSpan(), typeMask: all(1) }))(tensor([logit]))
      .dataSync()[0];
  assert.ok(Math.abs(slope(-13) + 1) < 1e-3, "a positive at -13 is still pulled up");
  assert.equal(slope(-14.5), 0);
});

test("mean divides by the number of valid spans, not by spans times types", () => {
  const scores = tf.zeros([1, 1, 2, 3]) as tf.Tensor4D;
  const mask = tf.ones([1, 1, 2]) as tf.Tensor3D;
  const of = (reduction: "sum" | "mean") =>
    spanLoss(
      scores,
      tf.zerosLike(scores),
      { spanMask: mask, typeMask: all(3) },
      { ...DEFAULT_LOSS, reduction },
    ).dataSync()[0];
  assert.ok(Math.abs(of("sum") / of("mean") - 2) < 1e-5);
});

test("every option is read: each changes the loss", () => {
  const scores = tf.tensor4d([-2, 1, 0.5, -0.2, -1, 2, 0.1, -3], [1, 2, 2, 2]);
  const labels = tf.tensor4d([0, 1, 1, 0, 0, 0, 0, 1], [1, 2, 2, 2]);
  const spanMask = tf.tensor3d([1, 1, 1, 0], [1, 2, 2]);
  const of = (options: Partial<LossOptions>) => {
    const random = randomStream(3, "loss test");
    const all = { ...DEFAULT_LOSS, ...options };
    const masks = { spanMask, typeMask: tf.ones([1, 2]) as tf.Tensor2D };
    return spanLoss(scores, labels, masks, all, { draw: () => random.uniform() }).dataSync()[0];
  };
  const pairs: [Partial<LossOptions>, Partial<LossOptions>][] = [
    [{}, { loss_type: "dice" }],
    [{}, { alpha: 0.3 }],
    [{}, { gamma: 2 }],
    [{}, { prob_margin: 0.3 }],
    [{ prob_margin: 0.3 }, { prob_margin: 0.3, margin_floor: false }],
    [{}, { label_smoothing: 0.1 }],
    [{ loss_type: "dice" }, { loss_type: "dice", dice_gamma: 2 }],
    [{}, { positive_weight: 2 }],
    [{}, { use_span_width_weight: true }],
    [{}, { masking: "global", negatives: 0.3 }],
    [{ reduction: "mean" }, { reduction: "mean", mean_over: "elements" }],
  ];
  for (const [a, b] of pairs) assert.ok(Math.abs(of(a) - of(b)) > 1e-3, JSON.stringify(b));
  // The clamp is out of reach here: the two ways to compute it agree.
  assert.ok(Math.abs(of({}) - of({ loss_type: "focal_logits" })) < 1e-4);
});

test("masking keeps the share asked for, of what it may leave out, and every positive", () => {
  const [B, N, C] = [2, 300, 4];
  const labels = Array.from({ length: B * N * C }, (_, i) => +(i % C === 1 && i % 40 === 1 && i < N * C));
  const kept = (masking: Masking, negatives: number) => {
    const random = randomStream(1, "masking");
    const mask = negativeMask({ labels, shape: [B, N, C] }, masking, negatives, () => random.uniform());
    assert.ok(mask);
    assert.ok(
      labels.every((label, i) => label === 0 || mask[i] === 1),
      "positives stay",
    );
    return mask;
  };
  const share = (mask: Float32Array, of: (i: number) => boolean) => {
    const indices = [...mask.keys()].filter(of);
    return indices.filter((i) => mask[i]).length / indices.length;
  };
  const close = (found: number, wanted: number) => assert.ok(Math.abs(found - wanted) < 0.05, `${found}`);
  close(
    share(kept("global", 0.3), (i) => labels[i] === 0),
    0.3,
  );
  // The first text has mentions of type 1 only: all its spans stay for that type.
  const label = kept("label", 0.3);
  assert.equal(
    share(label, (i) => i < N * C && i % C === 1),
    1,
  );
  close(
    share(label, (i) => i >= N * C || i % C !== 1),
    0.3,
  );
  const span = kept("span", 0.3);
  const hasType = (i: number) => labels.slice(i - (i % C), i - (i % C) + C).includes(1);
  assert.equal(share(span, hasType), 1);
  close(
    share(span, (i) => !hasType(i)),
    0.3,
  );
  assert.equal(
    share(kept("global", 0), (i) => labels[i] === 0),
    0,
  );
  assert.equal(
    negativeMask({ labels, shape: [B, N, C] }, "none", 0.3, () => 0),
    undefined,
  );
});

test("a masked loss without anything to draw from is an error, not a loss without a mask", () => {
  const options: LossOptions = { ...DEFAULT_LOSS, masking: "global", negatives: 0.5 };
  assert.throws(
    () => spanLoss(tensor([1]), tensor([0]), { spanMask: oneSpan(), typeMask: all(1) }, options),
    /nothing was given to draw from/,
  );
});

test("eras are found by version; the newest is the default but for what config_span.yaml sets", () => {
  assert.deepEqual(lossOf("0.2.29"), { ...DEFAULT_LOSS, alpha: 0.75 });
  assert.equal(lossOf("0.1.13").positive_weight, 2);
  assert.equal(lossOf("0.1.14").positive_weight, 1);
  assert.equal(lossOf("0.2.22").label_smoothing, 1);
  const versions = LOSS_ERAS.map(({ since }) => since);
  assert.deepEqual(versions, ["v0", "0.1.14", "0.2.0", "0.2.18", "0.2.19", "0.2.22", "0.2.23", "0.2.25", "0.2.26"]);
  assert.throws(() => lossOf("yesterday"), { exitCode: 2, message: /wanted "v0"/ });
});
