import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { isNative, useBackend, useKernels } from "../../lib/backend";
import { noDropout, seededDropout } from "../../lib/fused/dropout";

import { testAtEveryLevel } from "../kernels";

before(() => useBackend());

const ones = () => tf.ones([100, 200]);
const mask = (seed: number, step: number, site: string) => seededDropout(seed, step)(ones(), 0.3, site).dataSync();

test("the mask is a function of seed, step and site", () => {
  assert.deepEqual(mask(1, 2, "a"), mask(1, 2, "a"));
  for (const other of [mask(2, 2, "a"), mask(1, 3, "a"), mask(1, 2, "b")]) assert.notDeepEqual(other, mask(1, 2, "a"));
});

testAtEveryLevel("native ops of our own drop what TensorFlow's generator drops, in every shape", (level) => {
  if (!isNative() || level === "off") return;
  for (const shape of [[1], [3], [7, 9], [257], [1000, 33], [2, 3, 100, 101]])
    for (const [seed, step] of [
      [0, 0],
      [5, 7],
      [123, 99],
    ]) {
      const kept = () => seededDropout(seed, step).keep(shape, 0.3, "a")?.dataSync();
      const own = kept();
      useKernels("off");
      const theirs = kept();
      useKernels(level);
      assert.deepEqual(own, theirs, `${shape} from ${seed}, ${step}`);
    }
});

testAtEveryLevel("the rate is kept and the mean preserved", () => {
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
