import assert from "node:assert/strict";
import { test } from "node:test";
import type { Counts } from "../../../lib/evaluate/scoring/metrics";
import { powerOfSeeds, seedsNeeded, smallestDetectable } from "../../../lib/evaluate/statistics/power";
import { compareSeeds, probabilityOfImprovement, seedSummary } from "../../../lib/evaluate/statistics/seeds";
import { tPower, tQuantile } from "../../../lib/evaluate/statistics/student";
import { randomStream } from "../../../lib/random";
import { simulate } from "../simulated-studies";
import { sentencePair } from "../synthetic";

test("a table of seeds: mean, spread, and the interval by Student's t", () => {
  const { n, mean, sd, min, max, low, high } = seedSummary([54, 56, 55, 58, 52]);
  assert.deepEqual([n, mean, min, max], [5, 55, 52, 58]);
  assert.ok(Math.abs(sd - Math.sqrt(5)) < 1e-12);
  // 2.776 is t at .975 with 4 degrees of freedom, in every textbook.
  assert.ok(Math.abs(high - 55 - 2.776) < 1e-3 && Math.abs(55 - low - 2.776) < 1e-3);
  assert.ok(Number.isNaN(seedSummary([55]).low), "one run says nothing of the spread");
  assert.throws(() => seedSummary([]), /no runs/);
});

test("the interval by Student's t covers the mean in 95 % of samples, however few seeds", () => {
  for (const n of [3, 5]) {
    let covered = 0;
    for (let i = 0; i < 4000; i++) {
      const random = randomStream(i, "seeds", n);
      const { low, high } = seedSummary(Array.from({ length: n }, () => 55 + 2 * random.normal()));
      covered += Number(low <= 55 && 55 <= high);
    }
    assert.ok(Math.abs(covered / 4000 - 0.95) < 0.012, `${n} seeds: ${covered / 4000}`);
  }
});

test("P(A>B) over all pairs, ties by half", () => {
  assert.equal(probabilityOfImprovement([3, 2], [1, 2]), 3.5 / 4);
  assert.equal(probabilityOfImprovement([1], [2]), 0);
  assert.throws(() => probabilityOfImprovement([], [1]), /no pairs/);
});

test("power: the values of scipy's noncentral t, and the number of seeds that follows", () => {
  // test/python: 1 - nct.cdf(t.ppf(.975, 2n-2), 2n-2, d sqrt(n/2)), scipy 1.17, without the other tail
  for (const [n, effect, power] of [
    [3, 1, 0.1572361],
    [5, 2, 0.7905416],
    [16, 1, 0.7813965],
    [50, 0.5, 0.6968888],
  ])
    assert.ok(Math.abs(tPower(effect * Math.sqrt(n / 2), 2 * n - 2, 0.95) - power) < 2e-3, `${n} ${effect}`);
  // A standard deviation of one point, a difference of one point: 17 of each, as the tables have it.
  assert.equal(seedsNeeded({ difference: 1, sd: 1 }), 17);
  assert.equal(seedsNeeded({ difference: 2, sd: 1 }), 6);
  assert.ok(powerOfSeeds(17, { sd: 1 }) >= 0.8 && powerOfSeeds(16, { sd: 1 }) < 0.8);
  assert.throws(() => seedsNeeded({ difference: 0.001, sd: 1 }), /more than 10000 seeds/);
  assert.throws(() => powerOfSeeds(1, { sd: 1 }), /n is 1/);
  assert.throws(() => powerOfSeeds(3, { sd: 0 }), /sd is 0/);
});

test("power is what a simulated comparison sees, whose degrees of freedom are Welch's, also with two seeds", () => {
  const rounds = 4000;
  for (const [n, effect] of [
    [2, 7],
    [3, 3.4],
    [5, 1.5],
  ]) {
    let seen = 0;
    for (let i = 0; i < rounds; i++) {
      const random = randomStream(i, "power", n);
      const groups = [effect, 0].map((mean) => seedSummary(Array.from({ length: n }, () => mean + random.normal())));
      const [v, w] = groups.map(({ sd }) => sd ** 2 / n);
      const t = Math.abs(groups[0].mean - groups[1].mean) / Math.sqrt(v + w);
      seen += Number(t > tQuantile(0.975, ((v + w) ** 2 * (n - 1)) / (v ** 2 + w ** 2)));
    }
    const stated = powerOfSeeds(n, { difference: effect, sd: 1 });
    assert.ok(Math.abs(seen / rounds - stated) < 0.025, `${n} seeds: ${stated}, seen ${seen / rounds}`);
  }
});

/** Runs of two recipes on the same sentences; each seed is worth something. */
function runs(seeds: number, sd: number, seed: number): [Counts[][][], Counts[][][]] {
  const random = randomStream(seed, "runs");
  return [0, 1].map((recipe) =>
    Array.from({ length: seeds }, () => {
      const shift = sd * random.normal();
      const sentences = randomStream(seed, "sentences");
      return [Array.from({ length: 80 }, () => sentencePair(sentences, shift)[recipe])];
    }),
  ) as [Counts[][][], Counts[][][]];
}

/** The same, where what a seed is worth is the same in both. */
function pairedRuns(seeds: number, sd: number, seed: number): [Counts[][][], Counts[][][]] {
  const random = randomStream(seed, "runs");
  const shifts = Array.from({ length: seeds }, () => sd * random.normal());
  return [0, 1].map((recipe) =>
    shifts.map((shift) => {
      const sentences = randomStream(seed, "sentences");
      return [Array.from({ length: 80 }, () => sentencePair(sentences, shift)[recipe])];
    }),
  ) as [Counts[][][], Counts[][][]];
}

test("two recipes: with one run each it is the paired bootstrap, with seeds the interval is wider", () => {
  const [a, b] = runs(4, 0.05, 1);
  const { difference, low, high, probability } = compareSeeds(a, b, { resamples: 1000 });
  assert.ok(low <= difference && difference <= high && probability > 0 && probability < 1);
  const one = compareSeeds([a[0]], [b[0]], { resamples: 1000 });
  assert.ok(one.high - one.low < high - low);
  const same = compareSeeds(a, a, { resamples: 1000 });
  assert.ok(Math.abs(same.difference) < 1e-12 && Math.abs(same.probability - 0.5) < 1e-9);
  assert.throws(() => compareSeeds([], b), /no runs to compare/);
  assert.throws(() => compareSeeds(a, [[a[0][0].slice(1)]]), /not counted on the same sentences/);
});

test("paired runs: what a seed does to both recipes is no chance", () => {
  const [a, b] = pairedRuns(5, 0.05, 2);
  const apart = compareSeeds(a, b, { resamples: 1000 });
  const paired = compareSeeds(a, b, { resamples: 1000, paired: true });
  assert.equal(paired.difference, apart.difference);
  assert.ok(paired.variance.seeds < apart.variance.seeds / 2, `${paired.variance.seeds} ${apart.variance.seeds}`);
  assert.throws(() => compareSeeds(a, b.slice(1), { paired: true }), /5 runs cannot be paired with 4/);
});

test("the smallest difference that could be seen: that is where the power is 80 %", () => {
  const [a, b] = runs(6, 0.05, 3);
  const seen = compareSeeds(a, b, { resamples: 1000 });
  const least = smallestDetectable(seen, 6);
  const half = seen.high - seen.difference;
  assert.ok(least > half && least < 2 * half, `${least} beside a half width of ${half}`);
  assert.equal(smallestDetectable(seen, 1), Number.POSITIVE_INFINITY);
});

test("sentences set a floor that no number of seeds passes", () => {
  assert.throws(
    () => seedsNeeded({ difference: 1, sd: 1, sentences: 0.5 }),
    /no number of seeds shows a difference of 1/,
  );
  assert.ok(seedsNeeded({ difference: 2, sd: 1, sentences: 0.5 }) > seedsNeeded({ difference: 2, sd: 1 }));
  // Ten pairs for an effect of one standard deviation: so every table of the one-sample t-test has it.
  assert.equal(seedsNeeded({ sd: 1, paired: true }), 10);
});

/** A short form of test/long/coverage.long.ts: known effects, 400 studies. */
for (const paired of [false, true])
  test(`${paired ? "paired" : "unpaired"} intervals cover the truth, and power is what a simulation sees`, () => {
    const { covered, seen, expected } = simulate({ seeds: 5, sd: 0.02, rounds: 400, paired });
    assert.ok(covered > 0.92 && covered < 0.98, `${covered}`);
    assert.ok(Math.abs(seen - expected) < 0.06, `${seen} seen, ${expected} expected`);
  });
