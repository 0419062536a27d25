import assert from "node:assert/strict";
import { test } from "node:test";
import { addCounts, type Counts, f1Scores } from "../../../lib/evaluate/scoring/metrics";
import { meanF1 } from "../../../lib/evaluate/statistics/bootstrap";
import { compareF1 } from "../../../lib/evaluate/statistics/paired";
import { randomStream } from "../../../lib/random";
import { sentencePair } from "../synthetic";

const counts = (truePositives: number, falsePositives: number, falseNegatives: number): Counts => ({
  truePositives,
  falsePositives,
  falseNegatives,
});

function pairs(n: number, seed: number): [Counts[], Counts[]] {
  const random = randomStream(seed, "pairs");
  const both = Array.from({ length: n }, () => sentencePair(random));
  return [both.map(([a]) => a), both.map(([, b]) => b)];
}

test("a system against itself: no difference, no evidence", () => {
  const [a] = pairs(100, 1);
  const same = compareF1([a], [a], { resamples: 500 });
  assert.deepEqual([same.difference, same.low, same.high, same.probability], [0, 0, 0, 0.5]);
  assert.deepEqual([same.pBootstrap, same.pPermutation], [1, 1]);
});

test("swapping the systems turns everything round", () => {
  const [a, b] = pairs(150, 2);
  const there = compareF1([a], [b], { resamples: 2000 });
  const back = compareF1([b], [a], { resamples: 2000 });
  assert.ok(Math.abs(there.difference + back.difference) < 1e-12);
  assert.ok(Math.abs(there.low + back.high) < 0.003 && Math.abs(there.high + back.low) < 0.003);
  assert.ok(Math.abs(there.probability + back.probability - 1) < 1e-12);
  assert.ok(there.low <= there.difference && there.difference <= there.high);
});

test("the permutation test is the exact one where all swaps can be listed", () => {
  const a = [counts(3, 0, 0), counts(2, 1, 0), counts(1, 0, 1), counts(2, 0, 0), counts(0, 1, 1), counts(4, 1, 0)];
  const b = [counts(1, 1, 2), counts(2, 1, 0), counts(0, 0, 2), counts(1, 0, 1), counts(1, 0, 0), counts(2, 2, 2)];
  const f1 = (rows: Counts[]) => f1Scores(addCounts(rows)).f1;
  const seen = Math.abs(f1(a) - f1(b));
  let asFar = 0;
  for (let mask = 0; mask < 64; mask++) {
    const [x, y] = [a, b].map((own, side) => own.map((_, i) => (((mask >> i) & 1) === side ? a[i] : b[i])));
    asFar += Number(Math.abs(f1(x) - f1(y)) >= seen - 1e-12);
  }
  const { pPermutation } = compareF1([a], [b], { resamples: 20_000 });
  assert.ok(Math.abs(pPermutation - asFar / 64) < 0.012, `${pPermutation} against ${asFar / 64}`);
});

test("of two equal systems the share of small p is the level: neither test cries wolf", () => {
  let [bootstrap, permutation] = [0, 0];
  const rounds = 400;
  for (let i = 0; i < rounds; i++) {
    const [a, b] = pairs(120, 1000 + i);
    const coin = randomStream(i, "coin");
    // Whose answer is whose is chance: the two are the same system.
    const swapped = a.map((one, n) => (coin.uniform() < 0.5 ? [one, b[n]] : [b[n], one]));
    const [x, y] = [0, 1].map((side) => [swapped.map((pair) => pair[side])]);
    const { pBootstrap, pPermutation } = compareF1(x, y, { seed: i, resamples: 400 });
    bootstrap += Number(pBootstrap <= 0.05);
    permutation += Number(pPermutation <= 0.05);
  }
  for (const share of [bootstrap / rounds, permutation / rounds]) assert.ok(share > 0.02 && share < 0.085, `${share}`);
});

test("several sets: the difference of the unweighted means", () => {
  const [a, b] = [3, 4].map((seed) => [pairs(60, seed)[0], pairs(200, seed + 10)[1]]);
  const { difference, low, high } = compareF1(a, b, { resamples: 500 });
  assert.ok(Math.abs(difference - (meanF1(a) - meanF1(b))) < 1e-12);
  assert.ok(low < difference && difference < high);
});

test("systems on other sentences are refused", () => {
  const [a] = pairs(10, 5);
  assert.throws(() => compareF1([a], [a.slice(1)]), /not counted on the same sentences: 10 against 9 a set/);
  assert.throws(() => compareF1([], []), /no sentences to compare on/);
});
