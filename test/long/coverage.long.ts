/**
 * What the intervals are worth, over 2,000 made-up test sets each: how many of the 95 % intervals hold the truth. For sets of
 * several sizes, for the mean of seven sets, for differences, and for recipes with few seeds.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Counts } from "../../lib/evaluate/scoring/metrics";
import { bootstrapF1 } from "../../lib/evaluate/statistics/bootstrap";
import { bootstrapDifference } from "../../lib/evaluate/statistics/paired";
import { randomStream } from "../../lib/random";
import { simulateScreening } from "../evaluate/simulated-screenings";
import { simulate } from "../evaluate/simulated-studies";
import { sentencePair, trueF1 } from "../evaluate/synthetic";

const ROUNDS = 2000;
const RESAMPLES = 1000;
const TRUTH = trueF1();
const DIFFERENCE = TRUTH[0] - TRUTH[1];

/** Counts of the two systems on sets of these sizes. */
function draw(sizes: readonly number[], round: number): [Counts[][], Counts[][]] {
  const random = randomStream(round, "coverage", sizes.length);
  const sets = sizes.map((n) => Array.from({ length: n }, () => sentencePair(random)));
  return [sets.map((set) => set.map(([a]) => a)), sets.map((set) => set.map(([, b]) => b))];
}

const share = (count: number) => `${((100 * count) / ROUNDS).toFixed(1)} %`;

for (const sizes of [[50], [200], [431], [2443], [60, 60, 60, 90, 80, 340, 210]])
  test(`sentences: sets of ${sizes.join(", ")}`, (t) => {
    let [single, paired] = [0, 0];
    for (let round = 0; round < ROUNDS; round++) {
      const [a, b] = draw(sizes, round);
      const f1 = bootstrapF1(a, { seed: round, resamples: RESAMPLES });
      const gap = bootstrapDifference(a, b, { seed: round, resamples: RESAMPLES });
      single += Number(f1.low <= TRUTH[0] && TRUTH[0] <= f1.high);
      paired += Number(gap.low <= DIFFERENCE && DIFFERENCE <= gap.high);
    }
    t.diagnostic(`F1 ${share(single)}, difference ${share(paired)}`);
    for (const covered of [single, paired]) assert.ok(covered >= 0.92 * ROUNDS && covered <= 0.975 * ROUNDS);
  });

for (const paired of [false, true])
  for (const seeds of [3, 5, 10])
    test(`${seeds} seeds of each recipe, ${paired ? "paired" : "unpaired"}: coverage and power of a study`, (t) => {
      const { covered, seen, expected } = simulate({ seeds, sd: 0.02, rounds: ROUNDS, paired });
      const power = `power ${(100 * expected).toFixed(1)} % expected, ${(100 * seen).toFixed(1)} % seen`;
      t.diagnostic(`coverage ${(100 * covered).toFixed(1)} %, ${power}`);
      assert.ok(covered >= 0.93 && covered <= 0.97);
      assert.ok(Math.abs(seen - expected) <= 0.05);
    });

for (const blocks of [2, 4])
  test(`a screening of 11 factors over ${blocks} seeds`, (t) => {
    const { covered, wrong } = simulateScreening({ rounds: ROUNDS, factors: 11, blocks, sentences: 100 });
    t.diagnostic(`coverage ${(100 * covered).toFixed(1)} %, idle factors said to matter ${(100 * wrong).toFixed(1)} %`);
    assert.ok(covered >= 0.93 && covered <= 0.97);
    assert.ok(wrong <= 0.07);
  });
