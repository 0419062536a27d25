/** A screening from its file to its table: factors turned together, seeds as blocks, and what is refused. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { measuredKey } from "../../lib/audit/effects/measured";
import type { FactorialEffect } from "../../lib/evaluate/statistics/factorial";
import { keysAtAnySize } from "../../lib/gliner/recipe/era-recipes";
import { Fields } from "../../lib/study/fields";
import { parsePlan, readPlan } from "../../lib/study/plan/read";
import { planRuns } from "../../lib/study/plan/runs";
import { type ScreeningComparison, type ScreeningResult, screeningResult } from "../../lib/study/results/factors";
import { screeningResults } from "../../lib/study/results/stored";
import { suspectIds } from "../../lib/study/suspects/suspect";
import { verb } from "../cli/verb";
import { tinyStudy } from "./tiny-study";

const FACTORS = [
  { factor: "warm-up", suspect: "warm-up", gap: ["209"], from: { warmup_ratio: 0.1 }, to: { warmup_ratio: 0.05 } },
  { factor: "rate", from: { lr_others: 5e-4 }, to: { lr_others: 1e-3 } },
];
const PLAN = {
  name: "mine",
  question: "?",
  recipe: "data/recipes/quick.yaml",
  design: "screening",
  factors: FACTORS,
  together: [{ name: "both", factors: ["warm-up", "rate"] }],
  seeds: 2,
};
const parse = (change: object = {}) => parsePlan(new Fields({ ...PLAN, ...change }, "mine.yaml"));

test("arms are the rows of the design and of its mirror, each over every second seed", async () => {
  const plan = parse({ recipe: tinyStudy().recipe, seeds: [3, 5, 8], base: { set: { loss_gamma: 2 } } });
  assert.deepEqual(plan.control.set, { loss_gamma: 2, warmup_ratio: 0.1, lr_others: 5e-4 });
  assert.equal(plan.arms.length, 7);
  const { runs, control, arms } = await planRuns(plan, "allowed");
  assert.equal(runs.length, 12, "four runs a seed");
  const rows = [control, ...arms];
  for (const [at, seed] of [3, 5, 8].entries()) {
    const own = rows.flatMap(({ arm, runs: of }) => (of.some((run) => run.seed === seed) ? [arm] : []));
    assert.equal(new Set(own.map(({ set }) => JSON.stringify([set.warmup_ratio, set.lr_others]))).size, 4);
    assert.ok(own.every(({ value }) => value.startsWith(at % 2 ? "mirror" : "design")));
  }
});

test("a factor that changes nothing of a run is named", async () => {
  const idle = { factor: "spelt out", from: { loss_gamma: 0 }, to: { loss_gamma: 0.0 } };
  const plan = parse({ recipe: tinyStudy().recipe, factors: [FACTORS[0], idle], together: undefined });
  await assert.rejects(planRuns(plan), /mine: with or without "spelt out" a run is the same/);
});

test("a base is the recipe of its day", () => {
  const { control } = parse({ base: { recipe: "2024-03-25", set: { max_len: 200 } } });
  assert.deepEqual(control.set, { ...keysAtAnySize("2024-03-25"), max_len: 200, warmup_ratio: 0.1, lr_others: 5e-4 });
});

test("what is no screening is refused in one sentence", () => {
  const [warmUp, rate] = FACTORS;
  assert.throws(() => parse({ factors: [warmUp], together: undefined }), /a screening of 1 factors; wanted 2 to 23/);
  assert.throws(
    () => parse({ factors: [warmUp, { ...rate, to: { dropout: 1 } }] }),
    /factors 2: "from" sets lr_others and "to" sets dropout, wanted the same keys in both/,
  );
  assert.throws(() => parse({ factors: [warmUp, warmUp], together: undefined }), /two factors are called "warm-up"/);
  assert.throws(() => parse({ factors: [{ ...warmUp, gap: ["54"] }, rate] }), /gap 54 is none of 36, 209/);
  assert.throws(() => parse({ together: [{ name: "x", factors: ["y"] }] }), /no factor is called "y"/);
  assert.throws(() => parse({ stopping: { looks: [2], smallest: 0.01 } }), /a screening has no stopping rule/);
  assert.throws(() => parse({ base: { colour: 1 } }), /base: unknown key colour/);
});

test("the verb runs every row once, says what each factor is worth, and goes on where it stopped", () => {
  const tiny = tinyStudy({
    design: "screening",
    control: undefined,
    arms: undefined,
    factors: [
      { factor: "positives weigh less", gap: ["209"], from: { loss_alpha: 0.75 }, to: { loss_alpha: -1 } },
      { factor: "half the rate", from: { lr_others: 2e-3 }, to: { lr_others: 1e-3 } },
    ],
    together: [{ name: "both", factors: ["positives weigh less", "half the rate"] }],
    seeds: 1,
  });
  const out = join(tiny.folder, "out");
  const study = (...words: string[]) => verb("study", [tiny.plan, "--out", out, ...words]);
  const none = study("--compare");
  assert.equal(none.code, 1);
  assert.match(none.err, /of no seed are all 4 runs on file \(0 of 4 are\)/);
  const power = study("--power");
  assert.match(power.err, /its runs are fixed by its factors, which --estimate counts/);
  const ended = study("--jobs", "2");
  assert.equal(ended.code, 0, ended.err);
  assert.match(ended.out, /together: both/);
  const result = JSON.parse(readFileSync(join(out, "screening.json"), "utf8")) as ScreeningResult;
  assert.deepEqual(result.runs.map(({ levels }) => levels).sort(), ["++", "+-", "-+", "--"]);
  const mean = (sign: string) => {
    const own = result.runs.filter(({ levels }) => levels[0] === sign).map(({ sets }) => Object.values(sets));
    return own.flat().reduce((a, b) => a + b, 0) / own.flat().length;
  };
  assert.ok(Math.abs(result.factors[0].difference - (mean("+") - mean("-"))) < 1e-12);
  assert.equal(result.residual?.degrees, 1);
  assert.ok(existsSync(join(out, "factors.png")));
  const report = join(tiny.folder, "report");
  assert.equal(verb("report", [out, "--out", report]).code, 0);
  const text = readFileSync(join(report, "report.md"), "utf8");
  assert.match(text, /\| positives weigh less \| loss_alpha: 0.75 \| loss_alpha: -1 \|/);
  assert.match(text, /By its date in the gap of issue 209: positives weigh less/);
  assert.match(study().err, /4 of 4 runs are on file; 0 to do/);
});

test("a verdict says an effect with its interval, counts the factors and not the groups, and else says what it would take", () => {
  const plan = parse({ recipe: tinyStudy().recipe });
  const effect = (difference: number, error: number, p: number): FactorialEffect => ({
    difference,
    byBlock: [difference, difference],
    interval: {
      low: difference - 2 * error,
      high: difference + 2 * error,
      standardError: error,
      degrees: 5,
      sentences: 0,
      p,
    },
  });
  const run = {
    seed: 0,
    row: { levels: [false, false], mirrored: false },
    reading: { f1: {}, sets: {}, counts: {}, threshold: 0.5, tests_sha256: "t" },
    result: { ran: {}, settings: { hashes: {} } },
  };
  const compared = {
    runs: [run],
    unfinished: [],
    seen: {
      runs: 8,
      blocks: 2,
      mean: 0.2,
      residual: { sd: 0.01, degrees: 5 },
      effects: [effect(-0.04, 0.015, 0.04), effect(0.004, 0.015, 0.8), effect(-0.036, 0.02, 0.1)],
    },
  } as unknown as ScreeningComparison;
  const recipe = { model: { model_name: "tiny" }, training: { num_steps: 10, train_batch_size: 8, prev_path: null } };
  const planned = { runs: [{ recipe }] } as unknown as Parameters<typeof screeningResult>[1];
  const { factors, together } = screeningResult(plan, planned, compared, { command: "study", level: 0.95 });
  assert.equal(
    factors[0].verdict,
    "warm-up: -4.0 points (-7.0 to -1.0) with 8 runs, which chance may throw up among so many factors (2 looked at)",
  );
  assert.match(
    factors[1].verdict,
    /^rate: cannot be told with 8 runs: it lies between -2.6 and \+3.4 points; at least \d+ seeds of 4 runs would be needed/,
  );
  assert.deepEqual([factors[0].p_holm, factors[1].p_holm], [0.08, 0.8]);
  assert.deepEqual(together, [
    { name: "both", factors: ["warm-up", "rate"], difference: -0.036, ci95: [-0.036 - 0.04, -0.036 + 0.04] },
  ]);
});

for (const [name, size, all] of [
  ["march-to-issue-209", 11, 24],
  ["seven-suspects", 7, 16],
  ["settings-of-the-laboratory", 11, 24],
] as const)
  test(`the registered screening ${name} is sound: every factor a suspect's, that lies in one gap or none`, async () => {
    const plan = readPlan(`data/studies/${name}.yaml`);
    const { factors = [], together = [] } = plan.screening ?? {};
    assert.equal(factors.length, size);
    for (const { suspect } of factors) assert.ok(suspectIds().includes(suspect ?? ""), `${suspect}`);
    // No group and no factor mixes the two gaps.
    for (const { gap } of factors) assert.ok(gap.length <= 1);
    for (const group of together) assert.equal(new Set(group.factors.flatMap((f) => factors[f].gap)).size, 1);
    assert.equal((await planRuns(plan, "allowed")).runs.length, all);
  });

test("stored screenings claim nothing whose interval holds 0, and the audit knows what they measured", () => {
  for (const { factors, setting } of screeningResults())
    for (const { ci95, verdict, from, to, difference } of factors) {
      if (ci95 === null || (ci95[0] <= 0 && ci95[1] >= 0)) assert.match(verdict, /cannot be told/);
      const keys = Object.keys(from);
      if (keys.length !== 1) continue;
      const effect = measuredKey(keys[0], to[keys[0]], from[keys[0]], []);
      assert.ok(effect, keys[0]);
      if (effect.source.includes("screening")) assert.equal(effect.f1, difference);
      assert.ok(effect.source.includes(setting.encoder));
    }
});
