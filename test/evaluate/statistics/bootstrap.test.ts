import assert from "node:assert/strict";
import { test } from "node:test";
import { addCounts, type Counts, f1Scores } from "../../../lib/evaluate/scoring/metrics";
import { bootstrapF1, resampledF1, resampler } from "../../../lib/evaluate/statistics/bootstrap";
import { bootstrapDifference } from "../../../lib/evaluate/statistics/paired";
import { randomStream } from "../../../lib/random";
import { sentencePair, trueF1 } from "../synthetic";

/** Sentences of one mention each, found with this probability. */
function sample(n: number, p: number, seed: number): Counts[] {
  const random = randomStream(seed, "sample");
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

test("several sets: the unweighted mean, each resampled by itself", () => {
  const sets = [sample(1000, 0.9, 4), sample(20, 0.1, 5)];
  const { value, low, high } = bootstrapF1(sets);
  const single = sets.map((counts) => f1Scores(addCounts(counts)).f1);
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

test("the fast resampler is its plain twin, draw by draw", () => {
  const twinStream = randomStream(3, "twin");
  const counts = Array.from({ length: 37 }, () => sentencePair(twinStream));
  const fast = resampler([[counts.map(([a]) => a)]], randomStream(5, "bootstrap"));
  const plain = randomStream(5, "bootstrap");
  for (let i = 0; i < 50; i++)
    assert.equal(
      fast()[0],
      resampledF1(
        counts.map(([a]) => a),
        plain,
      ),
    );
});

test("over 1,000 synthetic test sets 95 % intervals hold the truth in 93 to 97 %, of F1 and of a difference", (t) => {
  const [a, b] = trueF1();
  const hits = { f1: 0, difference: 0 };
  for (let i = 0; i < 1000; i++) {
    const random = randomStream(i, "synthetic test set");
    const sentences = Array.from({ length: 200 }, () => sentencePair(random));
    const sets = [0, 1].map((system) => [sentences.map((pair) => pair[system])]);
    const single = bootstrapF1(sets[0], { seed: i, resamples: 500 });
    const paired = bootstrapDifference(sets[0], sets[1], { seed: i, resamples: 500 });
    hits.f1 += Number(single.low <= a && a <= single.high);
    hits.difference += Number(paired.low <= a - b && a - b <= paired.high);
  }
  for (const [what, covered] of Object.entries(hits))
    assert.ok(covered >= 930 && covered <= 970, `${what}: ${covered} of 1000`);
  t.diagnostic(`covered: ${JSON.stringify(hits)} of 1000`);
});
