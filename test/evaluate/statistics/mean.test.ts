import assert from "node:assert/strict";
import { test } from "node:test";
import { UserError } from "../../../lib/errors";
import { mean, standardDeviation } from "../../../lib/evaluate/statistics/mean";

test("mean and standard deviation of a sample", () => {
  assert.equal(mean([1, 2, 6]), 3);
  assert.equal(mean(Float32Array.of(0.5)), 0.5);
  assert.equal(standardDeviation([2, 4, 4, 4, 5, 5, 7, 9]), Math.sqrt(32 / 7));
  assert.ok(Number.isNaN(standardDeviation([3])));
  assert.throws(() => mean([]), UserError);
});
