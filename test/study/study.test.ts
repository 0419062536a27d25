/** The verb `study` on a model that trains in a second: it runs, goes on, re-scores, takes over, and refuses. */
import assert from "node:assert/strict";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, test } from "node:test";
import { lock } from "../../lib/files/lock";
import { resultsOf } from "../../lib/study/conduct";
import { leftOf } from "../../lib/study/estimate/left";
import { readPlan } from "../../lib/study/plan/read";
import { planRuns } from "../../lib/study/plan/runs";
import { comparePlan } from "../../lib/study/results/compare";
import { suspectResults } from "../../lib/study/results/stored";
import { StudyFolder } from "../../lib/study/run/folder";
import type { RunResult } from "../../lib/study/run/result";
import { keepResult, resultIn } from "../../lib/study/run/store";
import { DEFAULT_ENCODER } from "../../lib/weights/encoders";
import { verb } from "../cli/verb";
import { outcome, start, until } from "./queue-run";
import { scratch, type TinyStudy, tinyStudy } from "./tiny-study";

let tiny: TinyStudy;
let out: string;
const study = (...words: string[]) => verb("study", words);
const lastLine = (text: string) => text.trim().split("\n").at(-1) ?? "";

before(() => {
  tiny = tinyStudy();
  out = join(tiny.folder, "out");
  const ended = study(tiny.plan, "--jobs", "2", "--out", out, "--json", join(tiny.folder, "result.json"));
  assert.equal(ended.code, 0, ended.err);
});

test("every run keeps manifest, metrics and predictions under its id, and the result has the form of the design", () => {
  const result = JSON.parse(readFileSync(join(tiny.folder, "result.json"), "utf8"));
  assert.deepEqual(result, JSON.parse(readFileSync(join(out, "result.json"), "utf8")));
  const { control, arms, manifest, suspect } = result;
  assert.equal(suspect, "tiny");
  assert.equal(arms.length, 1);
  assert.deepEqual(Object.keys(arms[0].runs[0]), ["seed", "id", "f1", "sets"]);
  assert.deepEqual(Object.keys(control.runs[0].f1), [".5", ".3", ".06"]);
  assert.ok(control.mean > 0 && control.mean < 1, `${control.mean}`);
  assert.ok(arms[0].ci95[0] <= arms[0].difference && arms[0].difference <= arms[0].ci95[1]);
  assert.ok(arms[0].p_better >= 0 && arms[0].p_better <= 1 && arms[0].paired);
  for (const { id } of [...control.runs, ...arms[0].runs])
    for (const name of ["manifest.json", "metrics.jsonl", "recipe.yaml", "predictions/last-sorted"])
      assert.ok(existsSync(join(out, "runs", id, name)), name);
  assert.deepEqual([manifest.commits.length, manifest.adopted], [1, 0]);
  assert.ok(!JSON.stringify(result).includes(tmpdir()), "a folder of this machine");
});

test("the same command again counts no run twice and trains nothing; more seeds add runs", () => {
  const files = () => readdirSync(join(out, "results"));
  const before = files().map((name) => statSync(join(out, "results", name)).mtimeMs);
  const again = study(tiny.plan, "--out", out);
  assert.match(again.err, /4 of 4 runs are on file; 0 to do/);
  assert.deepEqual(
    files().map((name) => statSync(join(out, "results", name)).mtimeMs),
    before,
  );
  const more = study(tiny.plan, "--out", out, "--seeds", "3");
  assert.equal(more.code, 0, more.err);
  assert.equal(files().length, 6);
});

test("a run that the repository keeps is counted and not run again, unless all are wanted anew", async () => {
  const { control, arms, runs, planId } = await planRuns(readPlan(tiny.plan));
  const kept = scratch("kept");
  for (const id of readdirSync(join(out, "results"))) cpSync(join(out, "results", id), join(kept, id));
  const folder = StudyFolder.open(join(scratch("other"), "out"), { id: planId, name: "tiny" }, kept);
  const results = resultsOf(runs, folder);
  assert.deepEqual(
    [...results.keys()],
    runs.map(({ id }) => id),
  );
  const { arms: compared } = comparePlan({ control, arms, runs, planId }, results);
  assert.equal(compared[0].seeds, 2);
  folder.close();
  const bare = StudyFolder.open(join(scratch("bare"), "out"), { id: planId, name: "tiny" });
  assert.equal(resultsOf(runs, bare).size, 0);
  bare.close();
  const [first] = runs;
  const other = { ...first, readings: [{ ...first.readings[0], ask: "gliner" }] };
  assert.equal(resultIn(kept, other), undefined, "a question that it was not asked");
  const before = results.get(first.id) as RunResult;
  const reading = Object.values(before.readings)[0];
  keepResult(kept, { ...before, readings: { more: reading } });
  const keys = [...Object.keys(before.readings), "more"];
  assert.deepEqual(Object.keys(resultIn(kept, first)?.readings ?? {}), keys);
  // The same settings, rounded otherwise, are another model: its readings are not put beside those of the first.
  const [losses, counts] = [{ "10": 1 }, { ...reading.counts, other: [0, 0, 1] }];
  const elsewhere = { ...before, ran: { ...before.ran, losses }, readings: { later: reading } };
  assert.throws(() => keepResult(kept, elsewhere), /is of another training of the same settings .* Leave --record out/);
  const answers = { ...before, readings: { more: { ...reading, counts } } };
  assert.throws(() => keepResult(kept, answers), /readings of two models/);
  assert.deepEqual(Object.keys(resultIn(kept, first)?.readings ?? {}), keys);
  keepResult(kept, elsewhere, "replaced");
  assert.equal(resultIn(kept, first), undefined, "what is left answers the later question alone");
});

test("another way of scoring comes from stored predictions, without a training", () => {
  const other = tinyStudy({
    control: { value: "at .06", set: { loss_alpha: 0.75 }, score: { threshold: 0.06 } },
    arms: [{ value: "at .1", set: { loss_alpha: 0.75 }, score: { threshold: 0.1 } }],
  });
  const folder = join(other.folder, "out");
  const ended = study(other.plan, "--jobs", "2", "--out", folder);
  assert.equal(ended.code, 0, ended.err);
  const runs = readdirSync(join(folder, "runs"));
  assert.equal(runs.length, 2, "one training a seed for both arms");
  // With the models gone only what is stored can have answered.
  for (const id of runs)
    for (const name of ["last", "best"]) rmSync(join(folder, "runs", id, name), { recursive: true, force: true });
  const results = join(folder, "results");
  for (const name of readdirSync(results)) rmSync(join(results, name));
  const again = study(other.plan, "--jobs", "1", "--out", folder);
  assert.equal(again.code, 0, again.err);
});

test("a finished run of train and evaluate is taken over where its manifest is that of the plan", () => {
  const own = tinyStudy();
  const recipe = join(own.folder, "named.yaml");
  const model = { model_name: DEFAULT_ENCODER, hidden_size: 16, max_width: 4 };
  const training = { num_steps: 1, train_batch_size: 2 };
  writeFileSync(recipe, JSON.stringify({ model, data: { train_data: own.sets[0] }, training }));
  const run = join(own.folder, "elsewhere");
  const one = { TF_NUM_INTRAOP_THREADS: "1", TF_NUM_INTEROP_THREADS: "1", OMP_NUM_THREADS: "1" };
  for (const [name, words] of [
    ["train", ["--config", recipe, "--out", run]],
    [
      "evaluate",
      [
        "--model",
        join(run, "last"),
        "--data",
        ...own.sets,
        "--predictions",
        join(run, "predictions"),
        "--json",
        join(run, "evaluation.json"),
      ],
    ],
  ] as const) {
    const ended = verb(name, words, "", one);
    assert.equal(ended.code, 0, ended.err);
  }
  const scoring = {
    recipe,
    seeds: 1,
    control: { value: "at .5" },
    arms: [{ value: "at .1", score: { threshold: 0.1 } }],
  };
  const plan = tinyStudy({ ...scoring, tests: { sets: own.sets, drop: [] } });
  const folder = join(plan.folder, "out");
  const answers = join(run, "predictions", readdirSync(join(run, "predictions"))[0]);
  const [lastSet] = readdirSync(answers).slice(-1);
  renameSync(join(answers, lastSet), join(plan.folder, lastSet));
  const early = study(plan.plan, "--adopt", run, "--out", folder);
  assert.match(lastLine(early.err), /predictions\/ has not all of .*; wait for `evaluate` to end, or run it again/);
  renameSync(join(plan.folder, lastSet), join(answers, lastSet));
  const taken = study(plan.plan, "--adopt", run, "--out", folder);
  assert.equal(taken.code, 0, taken.err);
  assert.match(taken.err, /--adopt .*elsewhere: taken over as the run \w{16}/);
  assert.match(taken.err, /1 of 1 runs are on file; 0 to do/);
  const { manifest, control } = JSON.parse(readFileSync(join(folder, "result.json"), "utf8"));
  assert.equal(manifest.adopted, 1);
  const evaluation = JSON.parse(readFileSync(join(run, "evaluation.json"), "utf8"));
  assert.equal(control.runs[0].f1[".5"], evaluation.average.f1);
  assert.match(study(plan.plan, "--adopt", run, "--out", folder).err, /it is counted already/);
  const more = study(plan.plan, "--compare", "--seeds", "3", "--out", folder);
  assert.equal(more.code, 0, more.err);
  assert.match(more.out, /control at .5: .*, 1 seeds/, "nothing was run");
  const others = tinyStudy({
    ...scoring,
    control: { value: "slow", set: { lr_encoder: 1e-9 } },
    arms: [{ value: "x", set: { lr_encoder: 1e-9 }, score: { threshold: 0.1 } }],
    tests: { sets: own.sets, drop: [] },
  });
  const refused = study(others.plan, "--adopt", run, "--out", join(others.folder, "out"));
  assert.equal(refused.code, 1);
  assert.match(
    lastLine(refused.err),
    /not one of 1 folders is a run of this plan; elsewhere: no run of this plan has its settings; nearest is slow, seed 0: training.lr_encoder is 0.00001, there 1e-9/,
  );
});

test("folders that are no runs, or start from a model that no manifest identifies, are not taken over", () => {
  const own = tinyStudy({ recipe: "data/recipes/quick.yaml" });
  const target = join(own.folder, "out");
  const stranger = study(own.plan, "--adopt", join(out, "runs", readdirSync(join(out, "runs"))[0]), "--out", target);
  assert.equal(stranger.code, 1);
  assert.match(lastLine(stranger.err), /starts from a model folder, which a manifest does not identify/);
  const nothing = study(own.plan, "--adopt", own.folder, "--out", target);
  assert.match(lastLine(nothing.err), /the manifest .*manifest.json cannot be read/);
});

test("killed in the middle, it goes on and comes to the same numbers", async () => {
  const plan = tinyStudy({ seeds: 1 }, { num_steps: 30, save_every: 3 });
  const [straight, broken] = ["straight", "broken"].map((name) => join(plan.folder, name));
  assert.equal(study(plan.plan, "--jobs", "1", "--out", straight).code, 0);
  const running = start("study", [plan.plan, "--jobs", "1", "--out", broken]);
  const metrics = () => {
    const runs = existsSync(join(broken, "runs")) ? readdirSync(join(broken, "runs")) : [];
    return runs.some((id) => existsSync(join(broken, "runs", id, "last")));
  };
  await until("a checkpoint was there", metrics, running);
  running.child.kill("SIGKILL");
  await running.ended;
  const ended = study(plan.plan, "--jobs", "1", "--out", broken);
  assert.equal(ended.code, 0, ended.err);
  assert.deepEqual(outcome(broken), outcome(straight));
});

test("bad input is one sentence", () => {
  const cases: [string[], number, RegExp][] = [
    [["nobody", "--out", out], 2, /^study: there is no suspect "nobody"/],
    [[], 2, /^study: wanted a suspect or a plan/],
    [[tiny.plan], 2, /^study: --out is missing/],
    [
      [tiny.plan, "--steps", "4", "--out", out],
      2,
      /^study: --out .* holds the results of another plan \(tiny, \w+\) than tiny/,
    ],
    [
      [tinyStudy({ budget: { core_hours: 1e-9 } }).plan, "--out", join(tiny.folder, "poor")],
      1,
      /^study: tiny: 4 runs take about .* core-hours on this machine, the budget is 1e-9/,
    ],
    [
      [tinyStudy({ recipe: "nowhere.yaml" }).plan, "--out", out],
      2,
      /^study: tiny: the recipe .*nowhere.yaml does not exist/,
    ],
    [
      [tiny.plan, "--seeds", "5,x", "--out", out],
      2,
      /^study: --seeds got "5,x", wanted how many .* or a list such as 5,7/,
    ],
    [[tiny.plan, "--seeds", "0", "--out", out], 2, /^study: --seeds got "0"/],
    [["--power", "--spread", "1"], 2, /^study: --spread wants --gap/],
    [
      [
        tinyStudy({ tests: { sets: ["none.jsonl"], drop: [] } }).plan,
        "--jobs",
        "1",
        "--out",
        join(tiny.folder, "none"),
      ],
      1,
      /none.jsonl/,
    ],
  ];
  for (const [words, code, message] of cases) {
    const ended = study(...words);
    assert.equal(ended.code, code, `${words}: ${ended.err}`);
    assert.match(lastLine(ended.err), message);
    assert.doesNotMatch(ended.err, /\n {4}at /, "a stack");
  }
});

test("two processes do not work in one folder", () => {
  const folder = join(tiny.folder, "busy");
  mkdirSync(folder);
  const held = lock(join(folder, "lock"), "this test's folder");
  assert.match(
    lastLine(study(tiny.plan, "--out", folder).err),
    /the results folder .* is in use: process \d+ is writing there; wait for its end or name another folder/,
  );
  held.release();
  // What a machine that lost its power has left is no lock.
  writeFileSync(join(folder, "lock"), "");
  writeFileSync(join(folder, "study.json"), readFileSync(join(out, "study.json")));
  assert.match(lastLine(study(tiny.plan, "--power", "--out", folder).err), /no spread has been measured/);
  assert.ok(!existsSync(join(folder, "lock")));
});

test("what is on file is done on every machine, and a trained run lacks its questions alone", async () => {
  const json = join(tiny.folder, "on-file.json");
  const machine = "data/studies/machines/a100.yaml";
  const ended = study(tiny.plan, "--estimate", "--machine", machine, "--out", out, "--json", json);
  assert.equal(ended.code, 0, ended.err);
  assert.match(ended.out, /this machine: all 4 runs are on file/);
  assert.match(ended.out, /one A100: all 4 runs are on file/);
  const { estimates } = JSON.parse(readFileSync(json, "utf8"));
  assert.deepEqual(
    estimates.map((one: { runs: number; runs_to_do: number }) => [one.runs, one.runs_to_do]),
    [
      [4, 0],
      [4, 0],
    ],
  );
  const asked = { value: "asked as gliner does", set: { loss_alpha: 0.75 }, ask: "gliner" };
  const path = join(tiny.folder, "asked.yaml");
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(tiny.plan, "utf8")), arms: [asked], seeds: 3 }));
  const { runs } = await planRuns(readPlan(path));
  const found = { result: () => undefined, run: (id: string) => join(out, "runs", id) };
  const bare = { result: () => undefined, run: (id: string) => join(tiny.folder, "nowhere", id) };
  assert.deepEqual(leftOf(runs[0], found), { training: false, questions: runs[0].readings.slice(1) });
  assert.deepEqual(leftOf(runs[0], bare), { training: true, questions: runs[0].readings });
  assert.equal(leftOf(runs[0], { result: () => ({}) as RunResult }), null);
  const scored = { ...runs[0], readings: runs[0].readings.filter(({ ask }) => ask === null) };
  assert.deepEqual(leftOf(scored, found), { training: false, questions: [] }, "answered, and still to be scored");
});

test("an option that looks ahead is passed on or refused, never dropped", () => {
  const cases: [string[], RegExp][] = [
    [
      ["--power", "--gap", "1"],
      /^study: --power got --gap without --spread, wanted --gap POINTS and --spread POINTS, or a suspect/,
    ],
    [["--power"], /^study: --power got nothing to go by, wanted/],
    [
      ["--gap", "1", "--spread", "2"],
      /^study: got --gap 1 --spread 2 without --power, to which they belong; add --power/,
    ],
    [[tiny.plan, "--estimate", "--paired"], /^study: got --paired without --power, to which it belongs/],
    [[tiny.plan, "--machine", "x.yaml", "--out", out], /^study: got --machine x.yaml without --estimate or --queue/],
    [
      [tiny.plan, "--power", "--gap", "3", "--paired", "--sentences", ".5"],
      /^study: got --sentences .5 with .*plan.yaml and without --spread, wanted both or neither/,
    ],
    [
      ["--power", "--gap", "1", "--spread", "2", "--estimate"],
      /^study: --estimate wants a suspect or a plan, got none/,
    ],
    [
      [tiny.plan, "--estimate", "--adopt", "runs/a", "--adopt", "runs/b"],
      /^study: --estimate only looks ahead and takes no run over, got --adopt runs\/a runs\/b; call with --adopt and --compare first/,
    ],
    [[tiny.plan, "--estimate", "--jobs", "0"], /^study: --jobs got "0"/],
  ];
  for (const [words, message] of cases) {
    const ended = study(...words);
    assert.equal(ended.code, 2, `${words}: ${ended.err}`);
    assert.match(ended.err, message);
    assert.equal(ended.err.trim().split("\n").length, 1);
  }
  assert.match(study(tiny.plan, "--estimate", "--jobs", "1").out, /this machine: 4 of 4 runs to do, 1 at once/);
  const gap = (...words: string[]) => study("span-representation", "--power", "--gap", "3", ...words).out;
  assert.match(gap(), /^spread over seeds .*\na gap of 3 points: \d+ seeds .*\n$/);
  assert.match(
    gap("--paired"),
    /^spread over seeds .*(differences of \d+ pairs with the arm ".+"|as if pairs shared nothing)\)\na gap of 3 points: .*\n$/,
  );
  assert.match(
    gap("--spread", "2", "--sentences", ".5"),
    /^spread over seeds 2.00 points, sentences 0.50 \(--spread\)\n/,
  );
});

test("the estimate and the calculator need nothing to run", () => {
  const folder = scratch("estimate");
  const json = join(folder, "e.json");
  const machine = "data/studies/machines/a100.yaml";
  assert.equal(study(tiny.plan, "--estimate", "--machine", machine, "--json", json).code, 0);
  const { estimates } = JSON.parse(readFileSync(json, "utf8"));
  assert.deepEqual(
    estimates.map((one: { machine: string }) => one.machine),
    ["this machine", "one A100"],
  );
  for (const one of estimates) assert.ok(one.core_hours > 0 && one.memory_gb > 0 && one.disk_gb > 0);
  assert.match(
    study("--power", "--gap", "1", "--spread", "1").out,
    /a gap of 1 points: 17 seeds of control and arm each/,
  );
  assert.match(
    study("--power", "--gap", "1", "--spread", "1", "--sentences", "0.6").out,
    /no number of seeds would do/,
  );
});

test("the list of suspects says what is measured of each", () => {
  const json = join(tiny.folder, "list.json");
  assert.match(study("--list", "--json", json).out, /span-representation\s+36\s+hours/);
  for (const { id, arms, measured } of JSON.parse(readFileSync(json, "utf8")).suspects) {
    const stored = suspectResults().find(({ suspect }) => suspect === id)?.arms ?? [];
    const seen = stored.filter(({ difference }) => difference !== null);
    assert.deepEqual(
      measured,
      seen.map(({ value, runs }) => ({ value, seeds: runs.length })),
      id,
    );
    assert.ok(measured.length <= arms, id);
  }
});

test("a run that fails twice is reported, its arm is compared over its other seeds, and the others go on", async () => {
  const broken = tinyStudy({ seeds: 3 });
  const folder = join(broken.folder, "out");
  const { arms } = await planRuns(readPlan(broken.plan));
  const [{ id }] = arms[0].runs;
  const recipe = join(folder, "runs", id, "recipe.yaml");
  mkdirSync(join(folder, "runs", id), { recursive: true });
  writeFileSync(recipe, "{}");
  const ended = study(broken.plan, "--jobs", "1", "--out", folder);
  assert.equal(ended.code, 1);
  assert.match(ended.err, /alpha -1, seed 0 \(\w+\) failed, and is run once more: .* is another recipe/);
  assert.match(
    lastLine(ended.err),
    /5 of 6 runs are on file; alpha -1, seed 0 .* failed every time: .*; the same command tries again\.$/,
  );
  const read = () => JSON.parse(readFileSync(join(folder, "result.json"), "utf8"));
  assert.deepEqual(
    read().failed.map(({ arm, seed, id }: { arm: string; seed: number; id: string }) => [arm, seed, id]),
    [["alpha -1", 0, id]],
  );
  assert.deepEqual(
    read().arms[0].runs.map(({ seed }: { seed: number }) => seed),
    [1, 2],
  );
  assert.match(ended.out, /^failed every time: alpha -1, seed 0/m);
  assert.equal(study(broken.plan, "--compare", "--out", folder).code, 0);
  assert.equal(read().failed.length, 1, "a look later says it too");
  rmSync(recipe);
  assert.equal(study(broken.plan, "--out", folder).code, 0);
  assert.equal("failed" in read(), false);
});

test("where the first runs all fail the study ends", async () => {
  const broken = tinyStudy({ seeds: 4 });
  const folder = join(broken.folder, "out");
  const { runs } = await planRuns(readPlan(broken.plan));
  for (const { id } of runs) {
    mkdirSync(join(folder, "runs", id), { recursive: true });
    writeFileSync(join(folder, "runs", id, "recipe.yaml"), "{}");
  }
  const ended = study(broken.plan, "--jobs", "1", "--out", folder);
  assert.equal(ended.code, 1);
  assert.match(lastLine(ended.err), /0 of 8 runs are done; .* failed every time: .* \(and 2 more\)/);
});
