/** From a plan to runs: what is one run, what is another, and what a file may say. */
import assert from "node:assert/strict";
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readRecipe } from "../../lib/gliner/recipe/recipe";
import { Fields } from "../../lib/study/fields";
import { plainArm } from "../../lib/study/plan/arm";
import { changedPlan, seedList } from "../../lib/study/plan/plan";
import { parsePlan, planOf, readPlan } from "../../lib/study/plan/read";
import { planRuns } from "../../lib/study/plan/runs";
import { runId, settingsOf } from "../../lib/study/plan/settings";
import { readSuspect } from "../../lib/study/suspects/suspect";
import { scratch, tinyStudy } from "./tiny-study";

const PLAN = {
  name: "mine",
  question: "?",
  recipe: "data/recipes/quick.yaml",
  factors: { dropout: [0.3, 0], max_width: [12, 8, 4] },
};
const parse = (change: object = {}) => parsePlan(new Fields({ ...PLAN, ...change }, "mine.yaml"));

test("factors: one at a time, or every combination; the first level is the control's", () => {
  const { control, arms, seeds } = parse();
  assert.equal(control.value, "dropout=0.3, max_width=12");
  assert.deepEqual(
    arms.map(({ value }) => value),
    ["dropout=0, max_width=12", "dropout=0.3, max_width=8", "dropout=0.3, max_width=4"],
  );
  assert.deepEqual(seeds, [0, 1, 2, 3, 4]);
  assert.equal(parse({ design: "full" }).arms.length, 5);
});

test("a whole and its parts are arms of the plan, each once", () => {
  const whole = "dropout=0, max_width=4";
  const parts = ["dropout=0, max_width=12", "dropout=0.3, max_width=4"];
  const one = { name: "beyond", whole, parts };
  const full = (change: object) => parse({ design: "full", together: [{ ...one, ...change }] });
  assert.deepEqual(full({}).wholes, [one]);
  assert.throws(() => full({ whole: "all" }), /no arm is called "all"; wanted dropout=/);
  assert.throws(() => full({ parts: [parts[0], whole] }), /"dropout=0, max_width=4" stands twice/);
  assert.throws(() => full({ parts: [parts[0]] }), /"parts" has 1 arms, wanted two at least/);
  assert.throws(() => full({ factors: parts }), /unknown key factors/);
});

test("a plan's file is strict", () => {
  assert.throws(() => parse({ colour: 1 }), /mine.yaml: unknown key colour/);
  assert.throws(() => parse({ factors: { dropout: [0.3] } }), /wanted a list of two levels or more/);
  assert.throws(() => parse({ seeds: [1, 1] }), /wanted how many up to 10000, or a list of different whole numbers/);
  assert.throws(() => parse({ seeds: 0 }), /"seeds" is 0/);
  assert.throws(() => parse({ budget: { hours: 3 } }), /mine.yaml, budget: unknown key hours/);
  assert.throws(() => parse({ stopping: { looks: [6, 3], smallest: 0.01 } }), /wanted rising numbers of seeds/);
  assert.throws(
    () => parse({ factors: undefined, control: { value: "a" }, arms: [{ value: "a" }] }),
    /two arms are called "a"/,
  );
  assert.throws(() => parse({ seeds: 5e9 }), /"seeds" is 5000000000, wanted how many up to 10000/);
  assert.throws(() => parse({ factors: {} }), /mine.yaml: "factors" is empty/);
  assert.throws(() => parse({ factors: { dropout: [0.1, 0.1] } }), /the factor "dropout" has the level 0.1 twice/);
  assert.throws(() => parse({ factors: { seed: [0, 1] } }), /"seed" is no key of an arm/);
  assert.throws(
    () => parse({ tests: { sets: ["a/test.jsonl", "b/test.jsonl"], drop: [] } }),
    /two of the tests are called "test"/,
  );
  const scored = { control: { value: "a" }, arms: [{ value: "b", score: { threshold: 0.001 } }], factors: undefined };
  assert.throws(() => parse(scored), /"threshold" is 0.001, wanted a number from 0.05/);
  assert.throws(() => parse({ ...scored, arms: [{ value: "b", gap: [36] }] }), /a list of texts, in quotes where/);
  assert.throws(() => readPlan("nobody.yaml"), /nobody.yaml does not exist; wanted a plan/);
});

test("a run's id is of its settings: recipe after defaults, data by their bytes, environment, seed", async () => {
  const { recipe: path, folder } = tinyStudy();
  const recipe = readRecipe(path);
  const idOf = async (overrides: string[] = [], arm = plainArm("x")) =>
    runId(await settingsOf(readRecipe(path, overrides), arm));
  const id = await idOf();
  assert.match(id, /^[0-9a-f]{16}$/);
  // How often it saves, a default that is spelt out, and where the data lie are nothing.
  const copy = join(scratch("copy"), "other.jsonl");
  copyFileSync(join(folder, "data.jsonl"), copy);
  assert.equal(await idOf(["save_every=2", "histogram_every=1"]), id);
  assert.equal(await idOf([`loss_type=${recipe.training.loss_type}`]), id);
  assert.equal(await idOf([`train_data=${copy}`, `val_data=${copy}`]), id);
  const others = [
    await idOf(["seed=1"]),
    await idOf(["lr_encoder=1e-5"]),
    await idOf([`train_data=${join(folder, "two.jsonl")}`]),
    await idOf([], { ...plainArm("x"), environment: { TF_NUM_INTRAOP_THREADS: "2" } }),
    await idOf([], { ...plainArm("x"), environment: { KERNELS: "off" } }),
    await idOf(["order_seed=7"]),
  ];
  assert.equal(new Set([id, ...others]).size, 7);
  // Keys that are later than the runs that are kept, where they change nothing.
  assert.equal(await idOf(["order_seed=0", "redraw_components=[]"]), id);
  await assert.rejects(idOf(["train_data=nowhere.jsonl"]), /the data nowhere.jsonl are not here/);
});

test("arms that only look otherwise at a run share it", async () => {
  const { plan } = tinyStudy({
    arms: [
      { value: "at .3", score: { threshold: 0.3 } },
      { value: "nested", score: { flat_ner: false } },
    ],
    control: { value: "at .5" },
  });
  const { runs, control, arms } = await planRuns(readPlan(plan));
  assert.equal(runs.length, 2, "two seeds");
  assert.equal(runs[0].readings.length, 3);
  assert.deepEqual(
    arms.map((arm) => arm.runs[0].id),
    [control.runs[0].id, control.runs[0].id],
  );
});

test("a plan is the same plan with more seeds, and another one with other settings", async () => {
  const plan = readPlan(tinyStudy().plan);
  const id = async (change: object) => (await planRuns(changedPlan(plan, change, () => 8))).planId;
  assert.equal(await id({ seeds: seedList(5) }), await id({}));
  assert.notEqual(await id({ steps: 4 }), await id({}));
  assert.notEqual(await id({ limit: 3 }), await id({}));
  assert.equal(changedPlan(plan, { limit: 3 }, () => 8).tests.limit, 3);
});

test("--steps keeps the ratio of an arm that has steps of its own", () => {
  const plan = changedPlan(planOf(readSuspect("batch-size")), { steps: 100 }, () => 1500);
  assert.deepEqual(
    [plan.control, ...plan.arms].map(({ set }) => set.num_steps),
    [100, 200, 50],
  );
});

test("arms that are one another, and a best checkpoint of runs that never evaluate, are refused", async () => {
  const plan = readPlan(tinyStudy().plan);
  await assert.rejects(
    planRuns({ ...plan, arms: [...plan.arms, { ...plan.arms[0], value: "again" }] }),
    /" and "again" are the same runs, looked at in the same way; leave one out/,
  );
  await assert.rejects(
    planRuns({ ...plan, arms: [{ ...plan.control, value: "idle" }] }),
    /and "idle" are the same runs/,
  );
  await assert.rejects(
    planRuns({ ...plan, arms: [{ ...plainArm("best"), checkpoint: "best" }] }),
    /the arm "best" wants the best checkpoint, and its recipe never evaluates/,
  );
});

test("what cannot be run is said before anything starts", async () => {
  await assert.rejects(
    planRuns(planOf(readSuspect("class-token-index"))),
    /no arm can be run: the token beside it, a recipe has no such key/,
  );
  const python = { ...plainArm("p"), engine: "python:0.2.13" };
  const plan = readPlan(tinyStudy().plan);
  await assert.rejects(
    planRuns({ ...plan, arms: [python] }),
    /the arm "p": python:0\.2\.13 has loss_type "focal_logits" in its code; the recipe says "focal": set loss_type so/,
  );
  await assert.rejects(
    planRuns({ ...plan, arms: [{ ...python, engine: "torch" }] }),
    /wants the engine torch; there are typescript and python:VERSION/,
  );
  await assert.rejects(
    planRuns({ ...plan, arms: [plainArm("q", { drop_out: 1 })] }),
    /the arm "q": .*unknown key "drop_out"/,
  );
});

test("the laboratory's control is full.yaml cut short, in nothing else", () => {
  const [laboratory, full] = ["laboratory", "full"].map((name) => readRecipe(`data/recipes/${name}.yaml`));
  assert.deepEqual([laboratory.model, laboratory.data], [full.model, full.data]);
  const { num_steps, eval_every, save_every, keep_every } = laboratory.training;
  assert.deepEqual({ ...full.training, num_steps, eval_every, save_every, keep_every }, laboratory.training);
  assert.equal(num_steps, 1500);
  assert.match(readFileSync("data/recipes/laboratory.yaml", "utf8"), /cut to 1,500 steps/);
});
