/** The pre-registered experiment, run dry: its own arms, seeds, looks and analysis, on an encoder that trains in a second. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { powerOfSeeds } from "../../lib/evaluate/statistics/power";
import { levelOf } from "../../lib/study/plan/plan";
import { readPlan } from "../../lib/study/plan/read";
import { verb } from "../cli/verb";
import { tinyEncoder } from "../tiny-encoder";
import { scratch, tinyStudy } from "./tiny-study";

const PATH = "data/studies/sixty-or-fifty-five.yaml";

test("everything that could be chosen later is fixed", () => {
  const plan = readPlan(PATH);
  const recipe = parse(readFileSync(plan.recipe, "utf8"));
  assert.equal(recipe.training.num_steps, 30000);
  assert.equal(recipe.training.eval_every, 0, "nothing is measured on the way, so nothing can be chosen");
  for (const arm of [plan.control, ...plan.arms]) assert.equal(arm.checkpoint, "last");
  assert.deepEqual(plan.stopping?.looks.at(-1), plan.seeds.length);
  assert.equal(plan.tests.sets.length, 7);
  for (const { value } of plan.arms) assert.match(value, /^(36|209): /, "each arm is of one of the two gaps");
  const [weighed, moved] = plan.arms.filter(({ value }) => value.startsWith("209: positives weigh 1"));
  assert.deepEqual(
    moved,
    { ...weighed, value: moved.value, score: { threshold: 0.3333 } },
    "one model, two thresholds",
  );
});

test("what is left of the whole recipe is held against the four single changes at .5", () => {
  const { wholes, arms } = readPlan(PATH);
  const single = arms.filter(({ value, score }) => /^209: (?!its)/.test(value) && Object.keys(score).length === 0);
  assert.deepEqual(
    wholes.map(({ whole, parts }) => [whole, [...parts].sort()]),
    [["209: its whole recipe (0.2.13)", single.map(({ value }) => value).sort()]],
  );
});

test("the power that its file states", () => {
  const level = levelOf(readPlan(PATH));
  const power = (n: number, difference: number, shared: number) =>
    powerOfSeeds(n, { sd: 1.5 * Math.sqrt(2 * (1 - shared)), difference, paired: true, level }).toFixed(2);
  assert.deepEqual([power(6, 5, 0), power(12, 2, 0), power(12, 2, 0.5)], ["0.94", "0.67", "0.94"]);
});

test("a dry run takes the same path: looks, arms that are decided, a result", () => {
  const tiny = tinyStudy();
  const raw = parse(readFileSync(PATH, "utf8"));
  const large = parse(readFileSync(raw.recipe, "utf8"));
  const encoder = tinyEncoder(scratch("encoder"));
  const recipe = join(tiny.folder, "dry.yaml");
  const training = { ...large.training, num_steps: 2, save_every: 2, train_batch_size: 2 };
  writeFileSync(
    recipe,
    JSON.stringify({
      model: { ...large.model, model_name: encoder, hidden_size: 16, max_width: 4 },
      data: { train_data: tiny.sets[0] },
      training,
    }),
  );
  // Four of the arms and two looks: the path is the same, and a test must end.
  const [whole] = raw.together;
  const parts = whole.parts.slice(0, 2);
  const values = [raw.arms[0].value, ...parts, whole.whole];
  const plan = {
    ...raw,
    recipe,
    arms: raw.arms.filter(({ value }: { value: string }) => values.includes(value)),
    together: [{ ...whole, parts }],
    seeds: 3,
    stopping: { looks: [2, 3], smallest: 0.01 },
    tests: { sets: tiny.sets, drop: [] },
  };
  const path = join(tiny.folder, "dry-plan.yaml");
  writeFileSync(path, JSON.stringify(plan));
  const out = join(tiny.folder, "dry");
  const ended = verb("study", [path, "--jobs", "2", "--out", out]);
  assert.equal(ended.code, 0, ended.err);
  const result = JSON.parse(readFileSync(join(out, "result.json"), "utf8"));
  assert.equal(result.level, 0.975);
  assert.deepEqual(
    result.arms.map(({ value }: { value: string }) => value),
    values,
  );
  assert.match(ended.err, /look at 2 seeds: \d of 4 arms are undecided/);
  for (const { ci95, runs, p_holm } of result.arms) assert.ok(ci95 !== null && runs.length >= 2 && p_holm <= 1);
  const [left] = result.together;
  const seeds = result.control.runs.map(({ seed }: { seed: number }) => seed);
  const every = [result.control, ...result.arms].map(({ runs }: { runs: { seed: number }[] }) => runs);
  assert.deepEqual(
    left.seeds,
    seeds.filter((seed: number) => every.slice(2).every((runs) => runs.some((run) => run.seed === seed))),
    "seeds that whole and parts have",
  );
  assert.ok(Math.abs(left.left - (left.of_whole - left.of_parts)) < 1e-12 && left.ci95.length === 2);
  assert.match(ended.out, /p \(Holm\)/);
  assert.match(ended.out, /left: 209: its whole recipe beyond its four changes/);
});
