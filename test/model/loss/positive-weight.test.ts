/** The weight of positives, over all keys of the loss, held to the losses themselves: where is the expected loss least? */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { DEFAULT_LOSS, LOSS_TYPES, type LossOptions, lossOf } from "../../../lib/model/loss";
import { positiveWeight, sameEvidence, unweighted, weighted } from "../../../lib/model/loss/positive-weight";

const LOGITS = Array.from({ length: 4001 }, (_, i) => (i - 2000) / 250);

/** The probability at which the expected loss of a span is least that is positive in `share` of all cases. */
function learnt(share: number, given: Partial<LossOptions>): number {
  const options = { ...DEFAULT_LOSS, ...given };
  return tf.tidy(() => {
    const logits = tf.tensor1d(LOGITS); // [N]
    const loss = (label: number) => LOSS_TYPES[options.loss_type](logits, tf.fill(logits.shape, label), options); // [N]
    const expected = tf.add(tf.mul(loss(1), share * options.positive_weight), tf.mul(loss(0), 1 - share)); // [N]
    const [least] = tf.argMin(expected).dataSync();
    return 1 / (1 + Math.exp(-LOGITS[least]));
  });
}

test("without gamma and smoothing the loss teaches the weighted probability, and `unweighted` leads it back", () => {
  for (const given of [{ alpha: -1 }, { alpha: 0.75 }, { positive_weight: 2 }, { alpha: 0.4, positive_weight: 3 }])
    for (const loss_type of ["focal", "focal_logits"] as const)
      for (const share of [0.02, 0.25, 0.5, 0.9]) {
        const weight = positiveWeight({ ...DEFAULT_LOSS, ...given });
        const score = learnt(share, { ...given, loss_type });
        assert.ok(Math.abs(weighted(share, weight) - score) < 2e-3, JSON.stringify([given, loss_type, share, score]));
        assert.ok(Math.abs(unweighted(score, weight) - share) < 2e-3);
      }
  assert.deepEqual([unweighted(0, 3), unweighted(0.5, 3), unweighted(1, 3)], [0, 0.25, 1]);
});

test("a score of .5 asks for the same share whatever gamma and smoothing are", () => {
  for (const given of [{ gamma: 2 }, { label_smoothing: 0.2 }, { gamma: 2, label_smoothing: 0.1, positive_weight: 2 }])
    for (const alpha of [-1, 0.6, 0.75]) {
      const options = { ...given, alpha, loss_type: "focal_logits" } as const;
      const share = unweighted(0.5, positiveWeight({ ...DEFAULT_LOSS, ...options }));
      assert.ok(Math.abs(learnt(share, options) - 0.5) < 5e-3, JSON.stringify(options));
      assert.ok(learnt(share + 0.02, options) > 0.5 && learnt(share - 0.02, options) < 0.5);
    }
});

test("what .5 asks for in GLiNER's history, and the threshold that asks for it elsewhere", () => {
  const weights = ["v0", "0.1.13", "0.1.14", "0.2.3", "0.2.13", "0.2.16", "0.2.29"].map((era) =>
    positiveWeight(lossOf(era)),
  );
  assert.deepEqual(weights, [2, 2, 3, 1, 1, 1, 3]);
  assert.equal(sameEvidence(2, 2), 0.5);
  assert.ok(Math.abs(sameEvidence(1, 2) - 1 / 3) < 1e-12);
  assert.ok(Math.abs(sameEvidence(1, 3) - 0.25) < 1e-12);
  assert.ok(Math.abs(sameEvidence(3, 2) - 0.6) < 1e-12);
  assert.throws(() => unweighted(0.5, 0), { name: "UserError", message: /weight is 0/ });
  assert.throws(() => sameEvidence(Number.POSITIVE_INFINITY, 1), { name: "UserError", message: /weight is Infinity/ });
});
