import assert from "node:assert/strict";
import { test } from "node:test";
import { meanF1 } from "../../lib/evaluate/statistics/bootstrap";
import { bootstrapDifference } from "../../lib/evaluate/statistics/paired";
import { storedCounts, storedPresets } from "../../lib/evaluate/stored/presets";
import { madeUpSystem } from "../../lib/laboratory/made-up-system";

const mentions = storedCounts(storedPresets()).map((set) =>
  set.map(({ truePositives, falseNegatives }) => truePositives + falseNegatives),
);

test("a made-up system has the F1 that was asked for, and the gold of the real sentences", () => {
  for (const f1 of [0.55, 0.6]) {
    const counts = madeUpSystem(mentions, f1);
    assert.ok(Math.abs(meanF1(counts) - f1) < 0.02, `${meanF1(counts)}`);
    counts.forEach((set, s) => {
      set.forEach(({ truePositives, falseNegatives }, i) => {
        assert.equal(truePositives + falseNegatives, mentions[s][i]);
      });
    });
  }
  assert.equal(meanF1(madeUpSystem(mentions, 1)) > 0.85, true);
  assert.throws(() => madeUpSystem(mentions, 60), /f1 is 60/);
});

test("two systems find the same sentences hard: paired intervals are narrower than the single ones suggest", () => {
  const [a, b] = ["a", "b"].map((system) => madeUpSystem(mentions, 0.6, { system }));
  assert.notDeepEqual(a, b);
  assert.deepEqual(a, madeUpSystem(mentions, 0.6, { system: "a" }));
  const paired = bootstrapDifference(a, b, { resamples: 500 });
  const apart = bootstrapDifference(a, madeUpSystem(mentions, 0.6, { system: "b", seed: 1 }), { resamples: 500 });
  assert.ok(paired.high - paired.low < apart.high - apart.low);
});
