/** Effects of many factors from the same runs: held to ordinary least squares by jstat, and to runs whose truth is known. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Counts } from "../../lib/evaluate/scoring/metrics";
import { type FactorialRun, factorialEffects } from "../../lib/evaluate/statistics/factorial";
import { holm } from "../../lib/evaluate/statistics/holm";
import { randomStream } from "../../lib/random";
import { mirrored, plackettBurman } from "../../lib/study/plan/design";
import { simulateScreening } from "./simulated-screenings";

const { jStat } = require("jstat");

/** One sentence whose F1 is this share, to six digits. */
const sentenceOf = (f1: number): Counts => {
  const truePositives = Math.round(f1 * 1e6);
  return { truePositives, falsePositives: 2 * (1e6 - truePositives), falseNegatives: 0 };
};

/** Design and mirror, a block each. @param f1 of a run's levels (-1 or 1) and block */
function runsOf(factors: number, blocks: number, f1: (x: number[], block: number) => number): FactorialRun[] {
  const design = plackettBurman(factors);
  return Array.from({ length: blocks }, (_, block) => block).flatMap((block) =>
    (block % 2 ? mirrored(design) : design).map((levels) => ({
      levels,
      block,
      counts: [
        [
          sentenceOf(
            f1(
              levels.map((one) => (one ? 1 : -1)),
              block,
            ),
          ),
        ],
      ],
    })),
  );
}

const alone = (factors: number) => Array.from({ length: factors }, (_, f) => [f]);
const near = (a: number, b: number, tolerance = 2e-6) =>
  assert.ok(Math.abs(a - b) <= tolerance, `${a} here, ${b} there`);

test("any two factors of a design are crossed evenly, from 2 to 23 of them", () => {
  for (let factors = 2; factors <= 23; factors++) {
    const design = plackettBurman(factors);
    assert.ok(design.length > factors && design.length <= factors + 4);
    for (let a = 0; a < factors; a++) {
      assert.equal(design.filter((row) => row[a]).length, design.length / 2);
      for (let b = 0; b < a; b++) assert.equal(design.filter((row) => row[a] === row[b]).length, design.length / 2);
    }
    assert.ok(design.at(-1)?.every((level) => !level));
  }
  assert.throws(() => plackettBurman(24), /a screening of 24 factors; wanted 2 to 23/);
  assert.throws(() => plackettBurman(1), /wanted 2 to 23/);
});

test("effects, errors and p are those of least squares with a constant a block (jstat)", () => {
  const random = randomStream(3, "least squares");
  const runs = runsOf(5, 3, (x, block) => 0.4 + 0.05 * block + 0.03 * x[0] - 0.01 * x[4] + 0.01 * random.normal());
  const { effects, residual, blocks } = factorialEffects(runs, alone(5), { resamples: 2 });
  const scores = runs.map(({ counts }) => counts[0][0].truePositives / 1e6);
  const columns = runs.map(({ levels, block }) => [
    1,
    Number(block === 1),
    Number(block === 2),
    ...levels.map((level) => (level ? 0.5 : -0.5)),
  ]);
  const there = jStat.models.ols(scores, columns);
  assert.deepEqual([blocks, residual?.degrees], [3, 24 - 3 - 5]);
  // In jstat SSR is the sum of the squared residuals.
  near(residual?.sd ?? 0, Math.sqrt(there.SSR / there.df_resid));
  effects.forEach(({ difference, interval, byBlock }, f) => {
    near(difference, there.coef[3 + f]);
    near(interval?.standardError ?? 0, there.t.se[3 + f]);
    near(interval?.p ?? 0, there.t.p[3 + f], 1e-4);
    near(byBlock.reduce((a, b) => a + b, 0) / 3, difference, 1e-12);
  });
});

test("what two factors do beyond their sum is in no effect once the mirror is there, and in several without it", () => {
  const f1 = (x: number[]) => 0.4 + 0.02 * x[0] + 0.015 * x[0] * x[1];
  const both = factorialEffects(runsOf(11, 2, f1), alone(11), { resamples: 2 }).effects;
  near(both[0].difference, 0.04);
  for (const { difference } of both.slice(1)) near(difference, 0);
  const half = factorialEffects(runsOf(11, 1, f1), alone(11)).effects;
  assert.ok(half.slice(2).some(({ difference }) => Math.abs(difference) > 0.005));
});

test("a group's effect is the sum of its factors', and a saturated block knows no interval", () => {
  const runs = runsOf(3, 2, (x) => 0.5 + 0.01 * x[0] + 0.02 * x[1]);
  const { effects } = factorialEffects(runs, [[0], [1], [0, 1]], { resamples: 2 });
  near(effects[2].difference, effects[0].difference + effects[1].difference, 1e-12);
  near(effects[2].difference, 0.06);
  const one = factorialEffects(runs.slice(0, 4), [[0], [1]]);
  assert.equal(one.residual, null);
  assert.deepEqual(
    one.effects.map(({ interval }) => interval),
    [null, null],
  );
});

test("runs that do not make a design are refused", () => {
  const runs = runsOf(3, 2, () => 0.5);
  assert.throws(
    () => factorialEffects(runs.slice(1), alone(3)),
    /the 3 runs of block 0 do not cross factor 1 evenly; wanted every run of the block/,
  );
  assert.throws(() => factorialEffects([], [[0]]), /there are no runs of a design/);
});

test("Holm's correction, by hand", () => {
  assert.deepEqual(
    holm([0.01, 0.04, 0.03, 0.5]).map((p) => Number(p.toFixed(4))),
    [0.04, 0.09, 0.09, 0.5],
  );
});

test("95 % intervals of a screening hold the truth 93 to 97 times in 100, and 0 as often where there is no effect", (t) => {
  const { covered, wrong, seen } = simulateScreening({ rounds: 150, factors: 11, blocks: 2, sentences: 100 });
  t.diagnostic(`coverage ${covered.toFixed(3)}, 0 left out ${wrong.toFixed(3)}, effects seen ${seen.toFixed(3)}`);
  assert.ok(covered >= 0.93 && covered <= 0.975, `${covered}`);
  assert.ok(wrong <= 0.07, `${wrong}`);
});
