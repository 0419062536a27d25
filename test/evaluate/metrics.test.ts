import assert from "node:assert/strict";
import { test } from "node:test";
import { bootstrapF1 } from "../../lib/evaluate/bootstrap";
import { addCounts, type Counts, countMatches, scores, scoresPerType } from "../../lib/evaluate/metrics";
import { stream } from "../../lib/random";

test("a hit needs both boundaries and the type; duplicates count once", () => {
  const counts = countMatches(
    [
      [0, 1, "a"],
      [0, 1, "a"],
      [3, 3, "b"],
    ],
    [
      [0, 1, "a"],
      [0, 1, "a"],
      [3, 3, "a"],
      [0, 0, "a"],
    ],
  );
  assert.deepEqual(counts, { truePositives: 1, falsePositives: 2, falseNegatives: 1 });
});

test("precision, recall and F1, with 0 where nothing can be divided", () => {
  const { precision, recall, f1 } = scores({ truePositives: 2, falsePositives: 1, falseNegatives: 2 });
  assert.deepEqual([precision, recall, f1], [2 / 3, 2 / 4, 4 / 7]);
  assert.deepEqual(scores(addCounts([])), { precision: 0, recall: 0, f1: 0 });
});

test("scores per type add up to the whole", () => {
  const rows = scoresPerType(
    [
      [
        [0, 0, "a"],
        [1, 1, "b"],
      ],
      [[0, 0, "a"]],
    ],
    [[[0, 0, "a"]], [[0, 0, "b"]]],
    ["a", "b", "c"],
  );
  assert.deepEqual(
    rows.map(({ type, support, precision, recall }) => [type, support, precision, recall]),
    [
      ["a", 2, 1, 0.5],
      ["b", 1, 0, 0],
      ["c", 0, 0, 0],
    ],
  );
});

/** Sentences of one mention each, found with this probability. */
function sample(n: number, p: number, seed: number): Counts[] {
  const random = stream(seed, "sample");
  return Array.from({ length: n }, () => {
    const hit = random.uniform() < p ? 1 : 0;
    return { truePositives: hit, falsePositives: 1 - hit, falseNegatives: 1 - hit };
  });
}

test("the interval holds the value, is the same for the same seed and shrinks as 1 / √n", () => {
  const width = (n: number) => {
    const { value, low, high } = bootstrapF1([sample(n, 0.6, 1)]);
    assert.ok(low <= value && value <= high);
    return high - low;
  };
  assert.ok(Math.abs(width(100) / width(1600) - 4) < 0.8);
  assert.deepEqual(bootstrapF1([sample(50, 0.5, 2)], { seed: 3 }), bootstrapF1([sample(50, 0.5, 2)], { seed: 3 }));
});

test("95 % intervals cover the truth in about 95 % of samples", () => {
  let covered = 0;
  for (let i = 0; i < 300; i++) {
    const { low, high } = bootstrapF1([sample(200, 0.6, i + 10)], { resamples: 600, seed: i });
    if (low <= 0.6 && 0.6 <= high) covered++;
  }
  assert.ok(covered / 300 > 0.91 && covered / 300 < 0.985, `${covered / 300}`);
});

test("several sets: the unweighted mean, each resampled by itself", () => {
  const sets = [sample(1000, 0.9, 4), sample(20, 0.1, 5)];
  const { value, low, high } = bootstrapF1(sets);
  const single = sets.map((counts) => scores(addCounts(counts)).f1);
  assert.ok(Math.abs(value - (single[0] + single[1]) / 2) < 1e-12);
  assert.ok(low < value && value < high);
});

test("another seed moves the interval, never the value; settings without a meaning are refused", () => {
  const sets = [sample(200, 0.5, 6)];
  const [one, two] = [1, 2].map((seed) => bootstrapF1(sets, { seed, resamples: 300 }));
  assert.equal(one.value, two.value);
  assert.notDeepEqual([one.low, one.high], [two.low, two.high]);
  assert.deepEqual(bootstrapF1([[]]), { value: 0, low: 0, high: 0 });
  assert.throws(() => bootstrapF1(sets, { resamples: 0 }), /resamples is 0/);
  assert.throws(() => bootstrapF1(sets, { level: 95 }), /level is 95/);
});
