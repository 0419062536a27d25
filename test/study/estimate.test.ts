/** What a study costs, before it starts: held to the one cost that is printed, and to the rules of the sum. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { loadRecords } from "../../lib/data/named";
import { goldTypes } from "../../lib/data/records";
import { ZERO_SHOT_SENTENCES } from "../../lib/data/zero-shot-tests";
import { jobsThatFit } from "../../lib/study/engines/processes";
import { checkBudget, estimatePlan, type RunEstimate } from "../../lib/study/estimate/estimate";
import { allOf } from "../../lib/study/estimate/left";
import { type Machine, readMachine } from "../../lib/study/estimate/machine";
import { promptsOf } from "../../lib/study/estimate/prompts";
import { hoursSideBySide } from "../../lib/study/estimate/schedule";
import { readPlan } from "../../lib/study/plan/read";
import { planRuns, type RunSpec } from "../../lib/study/plan/runs";
import type { RunResult } from "../../lib/study/run/result";
import { tinyStudy } from "./tiny-study";

const BOX: Machine = {
  name: "a box",
  runs_at_once: 4,
  gflops: 50,
  efficiency: 0.4,
  memory_gb_s: null,
  memory_gb: 16,
  disk_gb: 100,
  cores_per_run: 1,
};

test("GLiNER-L on one A100 takes the paper's five hours, by the efficiency that is said to be fitted to it", async () => {
  const plan = readPlan("data/studies/sixty-or-fifty-five.yaml");
  const { runs } = await planRuns(plan, "allowed");
  const {
    arms,
    core_hours,
    runs: count,
  } = await estimatePlan(plan, runs, readMachine("data/studies/machines/a100.yaml"));
  assert.ok(Math.abs(arms[0].hours - 5) < 0.3, `${arms[0].hours}`);
  assert.equal(count, 84);
  assert.ok(core_hours < (plan.coreHours ?? 0), "the budget of the registered plan");
});

test("hours are steps times seconds, side by side as far as memory goes; what is on file costs nothing", async () => {
  const plan = readPlan(tinyStudy({ seeds: 4, tests: { sets: ["x"], limit: 1 } }).plan);
  const { runs } = await planRuns(plan);
  const all = await estimatePlan(plan, runs, BOX);
  assert.equal(all.at_once, 4);
  assert.ok(Math.abs(all.core_hours - 8 * all.arms[0].hours) < 1e-12);
  const [{ hours, seconds_per_step, seconds_per_text }] = all.arms;
  assert.ok(Math.abs(hours - (seconds_per_step * 8 + seconds_per_text) / 3600) < 1e-12, "8 steps, one sentence");
  const poor = await estimatePlan(plan, runs, { ...BOX, memory_gb: 0.1, disk_gb: 0.001 });
  assert.equal(poor.at_once, 1);
  assert.equal(poor.warnings.length, 2);
  const left = (run: RunSpec) => (run.seed > 0 ? null : allOf(run));
  assert.equal((await estimatePlan(plan, runs, BOX, { left })).runs_to_do, 2);
  const measured = { settings: runs[0].settings, ran: { seconds_per_step: 2, peak_rss_mb: 3000 } } as RunResult;
  const known = await estimatePlan(plan, runs, BOX, { measured: [measured] });
  assert.deepEqual(
    [known.arms[0].seconds_per_step, known.arms[0].memory_gb, known.arms[0].basis],
    [2, 3, "1 measured runs"],
  );
  const training = { ...runs[0].settings.training, gradient_accumulation_steps: 4 };
  const larger = { ...measured, settings: { ...runs[0].settings, training } };
  const other = await estimatePlan(plan, runs, BOX, { measured: [larger] });
  assert.equal(other.arms[0].basis, "the cost model", "a step of four batches is another step");
  assert.throws(
    () => checkBudget({ ...plan, coreHours: 1e-9 }, all),
    /8 runs take about .* core-hours on a box, the budget is 1e-9/,
  );
});

test("five runs take two rounds on four lanes, and a long one at the end is waited for", async () => {
  assert.equal(hoursSideBySide([1, 1, 1, 1, 1], 4), 2);
  assert.equal(hoursSideBySide([1, 1, 3], 2), 4);
  assert.equal(hoursSideBySide([3, 1, 1], 2), 3);
  assert.equal(hoursSideBySide([], 4), 0);
  const plan = readPlan(tinyStudy({ seeds: 5, tests: { sets: ["x"], limit: 1 } }).plan);
  const { runs } = await planRuns(plan);
  const five = await estimatePlan(plan, runs.slice(0, 5), BOX);
  const near = (rounds: number, { wall_hours }: { wall_hours: number }) =>
    assert.ok(Math.abs(wall_hours / five.arms[0].hours - rounds) < 1e-9, `${wall_hours / five.arms[0].hours} rounds`);
  assert.equal(five.at_once, 4);
  near(2, five);
  const two = await estimatePlan(plan, runs.slice(0, 5), BOX, { jobs: 2 });
  assert.deepEqual([two.at_once, two.memory_gb / five.memory_gb], [2, 0.5]);
  near(3, two);
  const many = await estimatePlan(plan, runs, { ...BOX, memory_gb: five.memory_gb }, { jobs: 20 });
  assert.equal(many.at_once, 10);
  near(3, many);
  assert.match(many.warnings[0], /^10 runs at once take about .* GB of memory, a box has .*; give fewer --jobs$/);
});

test("a question costs the texts that it makes a model read, and a trained run that lacks one costs nothing else", async () => {
  const control = { value: "as it is", set: { loss_alpha: 0.75 } };
  const gliner = { ...control, value: "asked as gliner does", ask: "gliner" };
  const tests = { sets: ["zero-shot:crossner_ai", "zero-shot:mit_movie"], drop: [] };
  const plan = readPlan(tinyStudy({ control, arms: [gliner], tests }).plan);
  const { runs } = await planRuns(plan);
  const texts = ({ hours, steps, seconds_per_step, seconds_per_text }: RunEstimate) =>
    Math.round((3600 * hours - steps * seconds_per_step) / seconds_per_text);
  const [both] = (await estimatePlan(plan, runs, BOX)).arms;
  assert.equal(texts(both), 2 * (431 + 2443));
  const limited = { ...plan, tests: { ...plan.tests, limit: 500 } };
  assert.equal(texts((await estimatePlan(limited, runs, BOX)).arms[0]), 2 * (431 + 500));
  const questions = runs[0].readings.slice(0, 1);
  const trained = await estimatePlan(plan, runs, BOX, { left: () => ({ training: false, questions }) });
  const [row] = trained.arms;
  assert.deepEqual([trained.runs_to_do, texts(row), row.steps, trained.disk_gb], [2, 431 + 2443, 0, 0]);
  assert.ok(Math.abs(trained.core_hours - 2 * row.hours) < 1e-12);
  const mixed = await estimatePlan(plan, runs, BOX, {
    left: (run) => (run.seed === 0 ? { training: false, questions } : allOf(run)),
  });
  assert.equal(mixed.arms[0].steps, 8, "the row of an arm is its longest run");
});

test("a type a prompt is as many texts as types; a set that is not here is taken to be like the seven", async () => {
  const [file] = readPlan(tinyStudy({}).plan).tests.sets;
  const records = await loadRecords(file);
  const types = goldTypes(records).length;
  assert.ok(types > 2);
  const tests = { sets: [file], drop: [], limit: null };
  assert.equal(await promptsOf(tests, null), records.length);
  assert.equal(await promptsOf(tests, { labels_at_once: 1 }), records.length * types);
  assert.equal(await promptsOf(tests, { labels_at_once: 2 }), records.length * Math.ceil(types / 2));
  assert.equal(await promptsOf({ ...tests, sets: ["nowhere.jsonl"] }, null), 924);
  const sentences = Object.values(ZERO_SHOT_SENTENCES);
  assert.equal(Math.round(sentences.reduce((a, b) => a + b, 0) / sentences.length), 924);
});

test("the update of the weights costs a step the same whatever its batch", async () => {
  const plan = readPlan(tinyStudy({ tests: { sets: ["x"], limit: 1 } }).plan);
  const { runs } = await planRuns(plan);
  const seconds = async (memory_gb_s: number | null, size: number) => {
    const training = { ...runs[0].recipe.training, train_batch_size: size };
    const own = { ...runs[0], recipe: { ...runs[0].recipe, training } };
    return (await estimatePlan(plan, [own], { ...BOX, memory_gb_s })).arms[0].seconds_per_step;
  };
  const [four, eight] = [
    (await seconds(1, 4)) - (await seconds(null, 4)),
    (await seconds(1, 8)) - (await seconds(null, 8)),
  ];
  assert.ok(four > 0 && Math.abs(four - eight) < 1e-12 + 1e-9 * four);
  assert.ok(Math.abs((await seconds(null, 8)) / (await seconds(null, 4)) - 2) < 1e-9, "products follow the batch");
});

test("a seed after the last look is never run, and is in no estimate and no budget", async () => {
  const stopping = { looks: [2, 3], smallest: 0.01 };
  const tiny = tinyStudy({ seeds: 8, stopping, tests: { sets: ["x"], limit: 1 } });
  const plan = readPlan(tiny.plan);
  const { runs } = await planRuns(plan);
  assert.equal(runs.length, 16);
  const cost = await estimatePlan(plan, runs, BOX);
  assert.deepEqual([cost.runs, cost.runs_to_do], [6, 6]);
  const [{ hours }] = cost.arms;
  assert.ok(Math.abs(cost.core_hours - 6 * hours) < 1e-12);
  assert.ok(Math.abs(cost.wall_hours - 2 * hours) < 1e-12, "four runs, a look, two runs");
  checkBudget({ ...plan, coreHours: 7 * hours }, cost);
  const few = { ...plan, seeds: [0, 1, 2], stopping: { looks: [2, 12], smallest: 0.01 } };
  assert.equal((await estimatePlan(few, (await planRuns(few)).runs, BOX)).runs, 6);
});

test("as many runs at once as cores and memory allow", () => {
  assert.deepEqual([jobsThatFit(2e9, 8, 17e9), jobsThatFit(2e9, 2, 17e9), jobsThatFit(2e9, 8, 1e9)], [8, 2, 1]);
});
