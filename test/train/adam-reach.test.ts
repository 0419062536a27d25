/** Adam's reach is what the optimiser does with a gradient that keeps its direction. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/backend";
import { randomStream } from "../../lib/random";
import { adamReach } from "../../lib/train/adam-reach";
import { AdamW } from "../../lib/train/optimizer";

before(() => useBackend());

const random = randomStream(4, "adam reach");
/** Twenty long ones, then shorter ones of changing length. */
const NORMS = Array.from({ length: 300 }, (_, t) => (t < 20 ? 5000 : 100) * Math.exp(0.5 * random.normal()));

test("every step is as long as the optimiser's own", () => {
  const variable = tf.variable(tf.scalar(0));
  const groups = [{ names: ["w"], learningRate: 1e-2, weightDecay: 0 }];
  const options = { beta1: 0.9, beta2: 0.999, epsilon: 1e-12, moments: "plain" as const };
  const optimizer = new AdamW(new Map([["w", variable]]), groups, options);
  const reach = adamReach(NORMS);
  let way = 0;
  NORMS.forEach((norm, t) => {
    const gradient = tf.scalar(norm);
    optimizer.apply(new Map([["w", gradient]]), 1);
    gradient.dispose();
    way += 1e-2 * reach[t];
    const went = -variable.dataSync()[0];
    assert.ok(Math.abs(went - way) < 1e-4 * way, `step ${t + 1}: ${went}, wanted ${way}`);
  });
  optimizer.dispose();
  variable.dispose();
});

test("of one length it is 1, whatever the length; long first gradients shorten the steps of a thousand after them", () => {
  for (const length of [1, 250])
    assert.ok(adamReach(Array.from({ length: 50 }, () => length)).every((reach) => Math.abs(reach - 1) < 1e-12));
  const long = adamReach([...Array.from({ length: 20 }, () => 8000), ...Array.from({ length: 9980 }, () => 250)]);
  assert.ok(long[100] < 0.15 && long[1500] < 0.5 && long[9999] > 0.99, `${long[100]} ${long[1500]} ${long[9999]}`);
  assert.deepEqual(adamReach([0, 0]), [0, 0]);
});
