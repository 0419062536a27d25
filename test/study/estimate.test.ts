/** What a study costs, before it starts: held to the one cost that is printed, and to the rules of the sum. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { jobsThatFit } from "../../lib/study/engines/processes";
import { checkBudget, estimatePlan } from "../../lib/study/estimate/estimate";
import { type Machine, readMachine } from "../../lib/study/estimate/machine";
import { readPlan } from "../../lib/study/plan/read";
import { planRuns } from "../../lib/study/plan/runs";
import type { RunResult } from "../../lib/study/run/result";
import { tinyStudy } from "./tiny-study";

const BOX: Machine = {
  name: "a box",
  runs_at_once: 4,
  gflops: 50,
  efficiency: 0.4,
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
  assert.ok(Math.abs(all.arms[0].hours - (all.arms[0].seconds_per_step * 8) / 3600) < 1e-12);
  const poor = await estimatePlan(plan, runs, { ...BOX, memory_gb: 0.1, disk_gb: 0.001 });
  assert.equal(poor.at_once, 1);
  assert.equal(poor.warnings.length, 2);
  const done = await estimatePlan(plan, runs, BOX, [], ({ seed }) => seed > 0);
  assert.equal(done.runs_to_do, 2);
  const measured = { settings: runs[0].settings, ran: { seconds_per_step: 2, peak_rss_mb: 3000 } } as RunResult;
  const known = await estimatePlan(plan, runs, BOX, [measured]);
  assert.deepEqual(
    [known.arms[0].seconds_per_step, known.arms[0].memory_gb, known.arms[0].basis],
    [2, 3, "1 measured runs"],
  );
  assert.throws(
    () => checkBudget({ ...plan, coreHours: 1e-9 }, all),
    /8 runs take about .* core-hours on a box, the budget is 1e-9/,
  );
});

test("as many runs at once as cores and memory allow", () => {
  assert.deepEqual([jobsThatFit(2e9, 8, 17e9), jobsThatFit(2e9, 2, 17e9), jobsThatFit(2e9, 8, 1e9)], [8, 2, 1]);
});
