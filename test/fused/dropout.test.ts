import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/backend";
import { noDropout, seededDropout } from "../../lib/fused/dropout";

before(() => useBackend());

const ones = () => tf.ones([100, 200]);
const mask = (seed: number, step: number, site: string) => seededDropout(seed, step)(ones(), 0.3, site).dataSync();

test("the mask is a function of seed, step and site", () => {
  assert.deepEqual(mask(1, 2, "a"), mask(1, 2, "a"));
  for (const other of [mask(2, 2, "a"), mask(1, 3, "a"), mask(1, 2, "b")]) assert.notDeepEqual(other, mask(1, 2, "a"));
});

test("the rate is kept and the mean preserved", () => {
  const values = mask(1, 1, "a");
  const dropped = values.filter((value) => value === 0).length / values.length;
  assert.ok(Math.abs(dropped - 0.3) < 0.02, `${dropped} dropped`);
  const kept = [...new Set(values)].filter((value) => value !== 0);
  assert.equal(kept.length, 1);
  assert.ok(Math.abs(kept[0] - 1 / 0.7) < 1e-6);
});

test("evaluation and rate 0 change nothing", () => {
  const x = ones();
  assert.equal(noDropout(x, 0.5, "a"), x);
  assert.equal(seededDropout(1, 1)(x, 0, "a"), x);
});
