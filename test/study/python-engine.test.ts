/** The engine of Python's own releases, without one: what a job says, what is refused, that a process goes with its parent. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { python } from "../../lib/backend/install/run";
import { dataPath } from "../../lib/data/project";
import { digestOfTexts, FORMAT } from "../../lib/evaluate/predictions/predictions";
import { keysAtAnySize } from "../../lib/gliner/recipe/era-recipes";
import { readRecipe } from "../../lib/gliner/recipe/recipe";
import { checkTrainable, keysOf, pythonLine, releaseOf } from "../../lib/study/engines/python/job";
import { readPlan } from "../../lib/study/plan/read";
import { planRuns } from "../../lib/study/plan/runs";
import { performRun } from "../../lib/study/run/perform";
import { predictionsFolder } from "../../lib/study/run/questions";
import { PYTHON_RAN } from "../../lib/study/run/result";
import { ROOT } from "../tiny";
import { scratch, tinyStudy } from "./tiny-study";

const laboratory = join(ROOT, "data", "recipes", "laboratory.yaml");
const recipeOf = (name: string, more: Record<string, unknown> = {}) =>
  readRecipe(
    laboratory,
    Object.entries({ ...keysAtAnySize(name), ...more }).map(([key, value]) => `${key}=${JSON.stringify(value)}`),
  );

test("python:VERSION names a release; everything else is another engine", () => {
  assert.equal(releaseOf("typescript"), undefined);
  assert.equal(releaseOf("python:0.1.2"), "0.1.2");
  assert.throws(() => releaseOf("python:0.9.0"), /newest version/);
  assert.throws(() => releaseOf("python:v0"), /there is no release; python:0\.1\.2 is nearest/);
});

test("a recipe of its day can be trained by the release of its day", () => {
  const pairs = [
    ["2024-03-25", "0.1.2"],
    ["0.1.12", "0.1.12"],
    ["0.1.14", "0.1.14"],
    ["0.2.3", "0.2.3"],
    ["0.2.13-issue-209", "0.2.13"],
    ["0.2.29", "0.2.29"],
  ];
  for (const [name, release] of pairs) checkTrainable(recipeOf(name), release);
});

test("what a release has in its code, or does not read, is refused and not passed over", () => {
  const cases: [name: string, release: string, more: Record<string, unknown>, message: RegExp][] = [
    ["0.2.13-issue-209", "0.1.2", {}, /python:0\.1\.2 has positive_weight 2/],
    ["2024-03-25", "0.2.13", {}, /python:0\.2\.13 has positive_weight 1|has random_drop false/],
    [
      "0.2.13-issue-209",
      "0.2.13",
      { neg_source: "source" },
      /has neg_source "batch" in its code; the recipe says "source"/,
    ],
    ["0.2.13-issue-209", "0.2.13", { loss_alpha: 0.75 }, /has loss_alpha -1 in its code; the recipe says 0\.75/],
    ["2024-03-25", "0.1.2", { max_grad_norm: 1 }, /has max_grad_norm 0/],
    ["2024-03-25", "0.1.2", { weight_decay_other: 0.1 }, /torch's own weight decay/],
    ["0.2.29", "0.2.29", { freeze_components: ["encoder"] }, /does not hand freeze_components on/],
  ];
  for (const [name, release, more, message] of cases)
    assert.throws(() => checkTrainable(recipeOf(name, more), release), message, `${name} by ${release}`);
});

test("a job has the keys of a yaml, and a record's own types under the key of the day", () => {
  const { config, training, seed } = keysOf(recipeOf("2024-03-25", { seed: 3 }), "/encoder");
  assert.deepEqual([config.model_name, config.span_mode, config.max_types, seed], ["/encoder", "markerV0", 25, 3]);
  assert.deepEqual([training.lr_encoder, training.num_steps], [1e-4, 1500]);
  const record = { tokens: ["a"], ner: [], labels: ["x"], negatives: ["y"] };
  assert.deepEqual(JSON.parse(pythonLine(record, 7, "0.2.22")), {
    tokenized_text: ["a"],
    ner: [],
    label: ["x"],
    negatives: ["y"],
    index: 7,
  });
  assert.deepEqual(JSON.parse(pythonLine(record, 7, "0.2.23")).ner_labels, ["x"]);
});

test("an arm of another engine, or of a best checkpoint that Python does not keep, is no plan", async () => {
  const plan = (arm: object) => planRuns(readPlan(tinyStudy({ arms: [{ value: "x", ...arm }] }).plan));
  await assert.rejects(plan({ engine: "julia" }), /wants the engine julia; there are typescript and python:VERSION/);
  await assert.rejects(plan({ engine: "python:0.1.2", checkpoint: "best" }), /wants its best checkpoint/);
  await assert.rejects(plan({ engine: "python:0.2.29" }), /the arm "x": python:0\.2\.29/);
});

test("a run of Python's that is whole is read, scored and not done again", async () => {
  const planned = await planRuns(
    readPlan(
      tinyStudy({
        arms: [
          {
            value: "py",
            engine: "python:0.2.29",
            recipe: "0.2.29",
            set: { prev_path: null, model_name: "all-MiniLM-L6-v2" },
          },
        ],
      }).plan,
    ),
  );
  const spec = planned.runs.find(({ settings }) => settings.engine === "python:0.2.29");
  assert.ok(spec);
  const folder = scratch("python-run");
  writeRun(folder, spec);
  const options = { programs: { train: "none", evaluate: "none" }, signal: new AbortController().signal };
  const result = await performRun(spec, folder, options);
  assert.equal(result.ran.backend, "gliner 0.2.29");
  assert.equal(Object.keys(result.readings).length, 1);
  const asked = { ...spec, readings: spec.readings.map((reading) => ({ ...reading, ask: "gliner" })) };
  await assert.rejects(performRun(asked, folder, options), /was asked other questions, and Python's model is not kept/);
});

/** What Python leaves, in short: no entity anywhere. */
function writeRun(folder: string, { readings, tests }: Awaited<ReturnType<typeof planRuns>>["runs"][number]): void {
  const to = join(predictionsFolder(folder, readings[0]), "python");
  execFileSync("mkdir", ["-p", to]);
  for (const path of tests.sets) {
    const records = readFileSync(path, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { tokens: string[]; ner: [number, number, string][] });
    const labels = [...new Set(records.flatMap(({ ner }) => ner.map(([, , type]) => type)))].sort();
    const name = path.replace(/^.*\/|\.jsonl$/g, "");
    const data = { name, texts: records.length, sha256: digestOfTexts(records) };
    const header = { format: FORMAT, model: { name: "python:0.2.29", sha256: "0" }, data, labels, floor: 0.05 };
    const rows = records.map((_, index) => JSON.stringify({ index, candidates: [] }));
    writeFileSync(join(to, `${name}.jsonl`), `${[JSON.stringify(header), ...rows].join("\n")}\n`);
  }
  const ran = {
    manifest: "x",
    commit: "x",
    dirty: false,
    backend: "gliner 0.2.29",
    processor: "x",
    steps: 8,
    losses: {},
    peak_rss_mb: null,
    seconds_per_step: null,
    adopted: false,
  };
  writeFileSync(join(folder, PYTHON_RAN), JSON.stringify(ran));
}

test("Python goes when whoever started it has gone", {
  skip: python() === undefined && "there is no Python",
}, async () => {
  const folder = scratch("orphan");
  // The watcher of run.py, and then nothing but waiting.
  const script = `import sys, threading, time; sys.path.insert(0, ${JSON.stringify(dataPath("python"))}); import run; threading.Thread(target=run.watch_parent, daemon=True).start(); open(sys.argv[1], "w").close(); time.sleep(3600)`;
  const ready = join(folder, "ready");
  const child = spawn(String(python()), ["-c", script, ready], { stdio: ["pipe", "ignore", "ignore"] });
  while (!existsSync(ready)) await new Promise((resolve) => setTimeout(resolve, 50));
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.stdin?.end();
  assert.equal(await ended, 1);
});
