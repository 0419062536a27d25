/** Arms that ask or score a trained run otherwise: each is another question to the same model, and is counted under its own name. */
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { useBackend } from "../../lib/backend";
import { readPredictions } from "../../lib/evaluate/predictions/predictions";
import { PLAIN_RULES, scorePredictions } from "../../lib/evaluate/scoring/scoring";
import { GLiNER } from "../../lib/gliner/gliner";
import { Fields } from "../../lib/study/fields";
import { type Arm, plainArm, readArm } from "../../lib/study/plan/arm";
import { changedPlan } from "../../lib/study/plan/plan";
import { readPlan } from "../../lib/study/plan/read";
import { planRuns, readingKey } from "../../lib/study/plan/runs";
import { KEPT_RUNS } from "../../lib/study/run/store";
import { openTests } from "../../lib/study/run/tests";
import { verb } from "../cli/verb";
import { TINY_BERT, TINY_RECORDS } from "../tiny";
import { scratch, type TinyStudy, tinyStudy } from "./tiny-study";

const AT = { threshold: 0.06 };
const ASKED: Record<string, object> = {
  plural: { wording: "plural" },
  backwards: { order: "reversed" },
  "one at a time": { labels_at_once: 1 },
  "split again": { splitter: "gliner" },
  int8: { rounding: "int8" },
  "two words": { max_len: 2 },
  "few subwords": { max_subwords: 31 },
};
const SCORED: Record<string, object> = {
  "a word wide": { max_width: 1 },
  frequent: { trained_from: 2 },
  rare: { trained_below: 2 },
};

let tiny: TinyStudy;
let out: string;
const study = (...words: string[]) => verb("study", words);
const arms = () => [
  ...Object.entries(ASKED).map(([value, ask]) => ({ value, ask, score: AT })),
  ...Object.entries(SCORED).map(([value, score]) => ({ value, score: { ...AT, ...score } })),
];

before(async () => {
  await useBackend();
  // What the run is written to have trained is what its first model had, and the run's own data.
  const start = join(scratch("start"), "model");
  cpSync(TINY_BERT, start, { recursive: true });
  writeFileSync(join(start, "types.json"), JSON.stringify({ person: 1 }));
  const plan = { control: { value: "as it is", score: AT }, arms: arms(), seeds: 1 };
  tiny = tinyStudy(plan, { prev_path: start });
  // Words that the expression cuts, so that to split again is another question.
  for (const path of tiny.sets) {
    const odd = {
      tokens: ["Anna", "met", "A.B.", "Novak-", "in", "Lagos"],
      ner: [
        [2, 3, "person"],
        [5, 5, "location"],
      ],
    };
    writeFileSync(path, `${readFileSync(path, "utf8")}${JSON.stringify(odd)}\n`);
  }
  out = join(tiny.folder, "out");
  const ended = study(tiny.plan, "--jobs", "1", "--out", out);
  assert.equal(ended.code, 0, ended.err);
});

const runFolder = () => join(out, "runs", readdirSync(join(out, "runs"))[0]);
const headerOf = (question: string) => readPredictions(join(predictionsOf(question), "one.jsonl")).header;
function predictionsOf(question: string): string {
  const folder = join(runFolder(), "predictions", question);
  const [model] = readdirSync(folder);
  return join(folder, model);
}

test("one training serves all arms, and each question has answers of its own", () => {
  assert.equal(readdirSync(join(out, "runs")).length, 1);
  assert.deepEqual(readdirSync(join(runFolder(), "predictions")).sort(), [
    "last-labels_at_once-1",
    "last-max_len-2",
    "last-max_subwords-31",
    "last-order-reversed",
    "last-rounding-int8",
    "last-sorted",
    "last-splitter-gliner",
    "last-wording-plural",
  ]);
  const { asked, labels } = headerOf("last-sorted");
  assert.equal(asked, undefined);
  assert.deepEqual(headerOf("last-wording-plural").asked, { wording: "plural" });
  assert.deepEqual(headerOf("last-wording-plural").labels, labels, "answers bear the types' own names");
  assert.deepEqual(headerOf("last-rounding-int8").asked, { rounding: "int8" });
  assert.deepEqual(headerOf("last-order-reversed").labels, [...labels].reverse());
  assert.equal(headerOf("last-labels_at_once-1").labels_at_once, 1);
  const texts = Object.keys(ASKED)
    .map(() => "")
    .concat(readdirSync(join(runFolder(), "predictions")));
  const rows = texts.filter(Boolean).map((name) =>
    readFileSync(join(predictionsOf(name), "one.jsonl"), "utf8")
      .split("\n")
      .slice(1)
      .join(),
  );
  assert.equal(new Set(rows).size, rows.length, "no two questions have the same answers");
});

test("every arm has one result, and the same command asks nothing again", () => {
  const [file] = readdirSync(join(out, "results"));
  const { readings } = JSON.parse(readFileSync(join(out, "results", file), "utf8"));
  assert.equal(Object.keys(readings).length, 1 + Object.keys(ASKED).length + Object.keys(SCORED).length);
  const again = study(tiny.plan, "--out", out);
  assert.match(again.err, /1 of 1 runs are on file; 0 to do/);
  // With the model gone only what is stored can answer.
  const before = JSON.parse(readFileSync(join(out, "result.json"), "utf8"));
  const moved = join(scratch("moved"), "last");
  cpSync(join(runFolder(), "last"), moved, { recursive: true });
  rmSync(join(runFolder(), "last"), { recursive: true });
  rmSync(join(out, "results", file));
  const stored = study(tiny.plan, "--jobs", "1", "--out", out);
  assert.equal(stored.code, 0, stored.err);
  assert.deepEqual(JSON.parse(readFileSync(join(out, "result.json"), "utf8")), before);
  cpSync(moved, join(runFolder(), "last"), { recursive: true });
});

test("answers to another question are not taken for these", () => {
  const folder = join(tiny.folder, "mixed");
  cpSync(out, folder, { recursive: true });
  const [run] = readdirSync(join(folder, "runs"));
  const predictions = join(folder, "runs", run, "predictions");
  rmSync(join(predictions, "last-wording-plural"), { recursive: true });
  cpSync(join(predictions, "last-rounding-int8"), join(predictions, "last-wording-plural"), { recursive: true });
  for (const name of readdirSync(join(folder, "results"))) rmSync(join(folder, "results", name));
  const mixed = study(tiny.plan, "--jobs", "1", "--out", folder);
  assert.equal(mixed.code, 1);
  assert.match(mixed.err, /was asked with rounding int8, wanted with wording plural/);
});

test("a narrower limit of width is a matter of scoring: a model with that limit gives the same answers but for wider ones", async () => {
  const folder = join(mkdtempSync(join(tiny.folder, "narrow-")), "model");
  cpSync(TINY_BERT, folder, { recursive: true });
  const path = join(folder, "gliner_config.json");
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), max_width: 2 }));
  const [wide, narrow] = [await GLiNER.fromPretrained(TINY_BERT), await GLiNER.fromPretrained(folder)];
  const tokens = TINY_RECORDS.map((record) => record.tokens);
  const [all, few] = [
    await wide.candidates(tokens, ["person", "location"], { floor: 0.02 }),
    await narrow.candidates(tokens, ["person", "location"], { floor: 0.02 }),
  ];
  for (const model of [wide, narrow]) model.dispose();
  assert.ok(
    all.flat().some(({ start, end }) => end - start >= 2),
    "something is wider",
  );
  const kept = all.map((spans) => spans.filter(({ start, end }) => end - start < 2));
  const places = (spans: typeof kept) => spans.map((list) => list.map(({ start, end, label }) => [start, end, label]));
  assert.deepEqual(places(few), places(kept));
  // Sums of another shape round otherwise in the last bits.
  few.flat().forEach(({ score }, i) => {
    assert.ok(Math.abs(score - kept.flat()[i].score) < 1e-6);
  });
});

test("types by their mentions in training are two halves of the same answers", async () => {
  const { control, arms: compared } = JSON.parse(readFileSync(join(out, "result.json"), "utf8"));
  const named = (value: string) => compared.find((arm: { value: string }) => arm.value === value).runs[0];
  const trained = JSON.parse(readFileSync(join(runFolder(), "types.json"), "utf8"));
  assert.ok(trained.person >= 2 && !(trained.product >= 2), JSON.stringify(trained));
  const [one] = await openTests({ sets: tiny.sets, drop: [], limit: null }, null);
  const answers = readPredictions(join(predictionsOf("last-sorted"), "one.jsonl"));
  const own = (rare: boolean) => one.types.filter((type) => (trained[type] ?? 0) < 2 === rare);
  const sum = (only: string[] | null) =>
    scorePredictions(one.records, answers, { ...PLAIN_RULES, ...AT, only }).counts.reduce(
      ([hits, misses], { truePositives, falseNegatives }) => [hits + truePositives, misses + falseNegatives],
      [0, 0],
    );
  const [frequent, rare, all] = [sum(own(false)), sum(own(true)), sum(null)];
  assert.deepEqual([frequent[0] + rare[0], frequent[1] + rare[1]], all);
  assert.ok(frequent[0] + frequent[1] > 0 && rare[0] + rare[1] > 0);
  const runs = [control.runs[0], named("frequent"), named("rare")];
  assert.equal(new Set(runs.map(({ id }) => id)).size, 1, "one run");
  // Without the list of what was trained nothing is guessed.
  const folder = join(tiny.folder, "unknown");
  cpSync(out, folder, { recursive: true });
  rmSync(join(folder, "runs", readdirSync(join(folder, "runs"))[0], "types.json"));
  for (const name of readdirSync(join(folder, "results"))) rmSync(join(folder, "results", name));
  assert.match(study(tiny.plan, "--jobs", "1", "--out", folder).err, /the run folder has no types.json/);
});

test("a reading is named by what is asked, and those that are kept keep their names", async () => {
  const tests = { sets: ["a"], drop: [], limit: null };
  const key = (ask: Arm["ask"]) => readingKey({ checkpoint: "last", ask, score: {} }, tests).replace(/-\w{8}$/, "");
  assert.equal(key(null), "last-sorted");
  assert.equal(key("gliner"), "last-gliner");
  assert.equal(key({ max_len: 24 }), "last-max_len-24");
  assert.equal(key({ wording: "plural", preset: "gliner" }), "last-preset-gliner+wording-plural");
  const { runs } = await planRuns(readPlan("threshold"), "allowed");
  const kept = readdirSync(KEPT_RUNS).flatMap((name) =>
    Object.keys(JSON.parse(readFileSync(join(KEPT_RUNS, name), "utf8")).readings),
  );
  for (const reading of runs[0].readings) assert.ok(kept.includes(readingKey(reading, runs[0].tests)));
});

test("--ask-only leaves out what would be trained otherwise, and --seeds takes a range", async () => {
  const plan = readPlan("max-width");
  const asked = changedPlan(plan, { askOnly: true, steps: 100, seeds: [2, 3] }, () => 1500);
  const { runs, arms: planned } = await planRuns(asked, "allowed");
  assert.deepEqual(
    planned.map(({ arm }) => arm.value),
    ["6 when asked", "3 when asked"],
  );
  assert.deepEqual(
    runs.map(({ seed }) => seed),
    [2, 3],
  );
  const folder = join(tiny.folder, "range");
  const small = tinyStudy({
    control: { value: "as it is", score: AT },
    arms: [
      { value: "a word wide", score: { ...AT, max_width: 1 } },
      { value: "slow", set: { lr_encoder: 1e-9 }, score: AT },
    ],
  });
  const ended = study(small.plan, "--ask-only", "--seeds", "2-3", "--jobs", "1", "--out", folder);
  assert.equal(ended.code, 0, ended.err);
  const result = JSON.parse(readFileSync(join(folder, "result.json"), "utf8"));
  assert.match(result.command, / --seeds 2-3 --ask-only --out /);
  assert.deepEqual(
    result.control.runs.map(({ seed }: { seed: number }) => seed),
    [2, 3],
  );
  assert.deepEqual(
    result.not_run.map(({ value }: { value: string }) => value),
    ["slow"],
  );
  assert.equal(readdirSync(join(folder, "runs")).length, 2);
  for (const seeds of ["3-2", "0-99999", "x", "0"])
    assert.match(study(small.plan, "--seeds", seeds, "--out", folder).err, /--seeds got "/, seeds);
});

test("a way of asking is read strictly, and Python's releases are not asked so", async () => {
  const arm = (ask: unknown, more: object = {}) => readArm(new Fields({ value: "x", ask, ...more }, "x.yaml"));
  assert.deepEqual(arm({ wording: "upper" }).ask, { wording: "upper" });
  assert.throws(() => arm({}), /ask: got \{\}, wanted a setting/);
  assert.throws(() => arm({ colour: 1 }), /unknown key colour/);
  assert.throws(() => arm({ wording: "latin" }), /"wording" is "latin", wanted one of underscores, joined/);
  assert.throws(() => arm({ max_len: 0 }), /"max_len" is 0, wanted a number from 1 on/);
  assert.throws(() => arm({ preset: "mine" }), /there is no preset "mine"/);
  assert.throws(() => arm(null, { score: { max_width: 0 } }), /"max_width" is 0, wanted a whole number from 1 on/);
  const plan = readPlan(tinyStudy().plan);
  const python = { ...plainArm("p"), engine: "python:0.2.13", ask: { max_len: 24 } };
  await assert.rejects(
    planRuns({ ...plan, arms: [python] }),
    /the arm "p" asks with max_len-24; python:0.2.13 is asked as a preset does/,
  );
});

test("taken over, a run is asked what it was not asked, and a second call goes on", () => {
  const own = tinyStudy();
  const recipe = join(own.folder, "named.yaml");
  const model = { model_name: "sentence-transformers/all-MiniLM-L6-v2", hidden_size: 16, max_width: 4 };
  writeFileSync(
    recipe,
    JSON.stringify({ model, data: { train_data: own.sets[0] }, training: { num_steps: 1, train_batch_size: 2 } }),
  );
  const run = join(own.folder, "elsewhere");
  const one = { TF_NUM_INTRAOP_THREADS: "1", TF_NUM_INTEROP_THREADS: "1", OMP_NUM_THREADS: "1" };
  assert.equal(verb("train", ["--config", recipe, "--out", run], "", one).code, 0);
  const plan = tinyStudy({
    recipe,
    seeds: 1,
    control: { value: "as it is" },
    arms: [
      { value: "underscores", ask: { wording: "underscores" } },
      { value: "trained twice", score: { trained_from: 2 } },
    ],
    tests: { sets: own.sets, drop: [], limit: 3 },
  }).plan;
  const folder = join(own.folder, "out");
  // As if the first call had been ended before it asked: the folder is there and no result.
  assert.equal(study(plan, "--adopt", run, "--compare", "--out", folder).code, 0);
  const [id] = readdirSync(join(folder, "runs"));
  assert.ok(existsSync(join(folder, "runs", id, "types.json")));
  const ended = study(plan, "--adopt", run, "--jobs", "1", "--out", folder);
  assert.equal(ended.code, 0, ended.err);
  assert.match(ended.err, /it is in the results folder already/);
  const { arms: compared, manifest } = JSON.parse(readFileSync(join(folder, "result.json"), "utf8"));
  assert.equal(manifest.adopted, 1);
  assert.deepEqual(
    compared.map(({ runs }: { runs: unknown[] }) => runs.length),
    [1, 1],
  );
});
