/** More than two recipes at once: with two it is the paired comparison, with more its interval covers the truth. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { SetCounts } from "../../../lib/evaluate/statistics/bootstrap";
import { contrastSeeds } from "../../../lib/evaluate/statistics/contrast";
import { compareSeeds } from "../../../lib/evaluate/statistics/seeds";
import { randomStream } from "../../../lib/random";

const SENTENCES = 60;

/** Recipes over the same sentences: each sentence has one mention, found with the recipe's probability, the seed's and its own. */
function recipes(shares: readonly number[], seeds: number, study: number, sd = 0.03): SetCounts[][] {
  const ease = randomStream(study, "sentences");
  const sentences = Array.from({ length: SENTENCES }, () => 0.1 * ease.normal());
  return shares.map((share, recipe) => {
    const random = randomStream(study, "runs", recipe);
    return Array.from({ length: seeds }, () => {
      const shift = sd * random.normal();
      const counts = sentences.map((own) => {
        const found = random.uint32() / 2 ** 32 < share + shift + own;
        return { truePositives: Number(found), falsePositives: Number(!found), falseNegatives: Number(!found) };
      });
      return [counts];
    });
  });
}

test("of two recipes it is the paired comparison", () => {
  const [a, b] = recipes([0.5, 0.4], 4, 1);
  const seen = compareSeeds(a, b, { resamples: 500, paired: true });
  const contrast = contrastSeeds([a, b], [1, -1], { resamples: 500 });
  for (const key of ["difference", "low", "high", "p", "standardError", "degrees"] as const)
    assert.ok(Math.abs(contrast[key] / seen[key] - 1) < 1e-12, `${key}: ${contrast[key]}, ${seen[key]}`);
  assert.ok(seen.p > 0 && seen.p < 1);
  assert.equal(seen.p < 0.05, seen.low > 0 || seen.high < 0, "p and interval say the same");
});

test("a whole less the sum of its parts: the interval covers what is left", () => {
  // Whole +.20, parts +.05 and +.06: .09 are left.
  const left = 0.09;
  const rounds = 300;
  let covered = 0;
  for (let study = 0; study < rounds; study++) {
    const seen = contrastSeeds(recipes([0.6, 0.45, 0.46, 0.4], 4, study), [1, -1, -1, 1], { resamples: 200 });
    covered += Number(seen.low <= left && left <= seen.high);
  }
  assert.ok(covered / rounds > 0.92 && covered / rounds < 0.985, `${covered / rounds}`);
});

test("recipes that do not pair are refused", () => {
  const [a, b] = recipes([0.5, 0.4], 3, 2);
  assert.throws(() => contrastSeeds([a, b.slice(1)], [1, -1]), /2 runs cannot be paired with 3/);
  assert.throws(() => contrastSeeds([a, b], [1]), /2 recipes, 1 weights/);
  assert.throws(() => contrastSeeds([], []), /0 recipes/);
  assert.throws(() => contrastSeeds([a, [...b.slice(1), [[]]]], [1, -1]), /not counted on the same sentences/);
});
