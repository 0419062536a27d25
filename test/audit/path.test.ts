/** The way from one configuration to another: from effects on file, and measured in a world whose effects are known. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { openConfiguration } from "../../lib/audit/configuration/open";
import { laboratoryKey } from "../../lib/audit/effects/laboratory";
import { measurePath, pathId, runnable, type SmallTask } from "../../lib/audit/path/measure";
import { differing, pathOnFile } from "../../lib/audit/path/one-by-one";
import type { AblationPath } from "../../lib/audit/path/path";
import { readJson } from "../../lib/files/json";
import { randomStream } from "../../lib/random";
import type { RunSpec } from "../../lib/study";
import { readingKey } from "../../lib/study/plan/runs";
import { StudyFolder } from "../../lib/study/run/folder";
import type { RunResult } from "../../lib/study/run/result";
import { verb } from "../cli/verb";
import { tinyStudy } from "../study/tiny-study";
import { ROOT } from "../tiny";
import { toyRecords } from "../toy";
import { file, scratch } from "./cases";

const folder = mkdtempSync(join(tmpdir(), "path-"));
after(() => {
  rmSync(scratch, { recursive: true, force: true });
  rmSync(folder, { recursive: true });
});

/** A recipe of ours; the data are those of the tiny study. */
const tiny = tinyStudy({}, { loss_alpha: 0.75, lr_others: 0.002, max_grad_norm: 10 });
const changed = (keys: Record<string, unknown>) => {
  const recipe = JSON.parse(readFileSync(tiny.recipe, "utf8")) as { training: Record<string, unknown> };
  return file("changed.yaml", { ...recipe, training: { ...recipe.training, ...keys } });
};
const MINE = changed({ loss_alpha: 0.3, lr_others: 0.0001, max_grad_norm: 1 });

test("from what is on file: the weightiest first, what nobody measured is named and counts nothing", () => {
  const [mine, theirs] = [openConfiguration(MINE), openConfiguration(tiny.recipe)];
  const worth = (key: string) =>
    key === "max_grad_norm"
      ? null
      : { f1: key === "lr_others" ? 0.04 : 0.01, ci95: [-0.01, 0.09] as [number, number], source: "measured here" };
  const path = pathOnFile(mine, theirs, {
    gap: { f1: 0.07, ci95: null },
    start: 0.5,
    worth,
    weight: () => worth("loss_alpha"),
  });
  assert.deepEqual(
    path.steps.map(({ key, effect, why }) => [key, effect?.f1 ?? why]),
    [
      ["lr_others", 0.04],
      ["loss_alpha", 0.01],
      ["max_grad_norm", "not measured"],
    ],
  );
  assert.equal(path.sum?.f1.toFixed(3), "0.050");
  assert.equal((Number(path.sum?.ci95?.[1]) - 0.05).toFixed(4), Math.hypot(0.05, 0.05).toFixed(4));
  assert.deepEqual([path.unexplained?.f1.toFixed(3), path.unexplained?.ci95], ["0.020", null], "one run has no error");
  assert.equal(pathOnFile(mine, theirs).unexplained, null, "without a gap there is no rest");
});

test("single runs on file are an effect where two seeds of each differ in the key alone", () => {
  const run = (alpha: number, seed: number, hits: number, extra = {}) =>
    ({
      settings: {
        engine: "typescript",
        model: { model_name: "tiny" },
        data: {},
        training: { loss_alpha: alpha, num_steps: 8, ...extra },
        environment: {},
        hashes: {},
        seed,
      },
      readings: { last: { counts: { one: [hits, 1, 1, hits, 2, 1] } } },
    }) as unknown as RunResult;
  const runs = [run(0.75, 0, 5), run(0.75, 1, 6), run(0.3, 0, 3), run(0.3, 1, 3), run(0.3, 2, 9, { num_steps: 9 })];
  const effect = laboratoryKey("loss_alpha", 0.75, 0.3, runs);
  assert.ok(effect?.ci95 && effect.f1 > 0 && effect.ci95[0] < effect.f1);
  assert.match(
    effect?.source ?? "",
    /^measured here: data\/results\/laboratory, loss_alpha 0.75 against 0.3.* 2 seeds$/,
  );
  assert.equal(laboratoryKey("loss_alpha", 0.3, 0.75, runs)?.f1, -(effect?.f1 ?? 0));
  assert.equal(laboratoryKey("loss_alpha", 0.75, 0.3, runs.slice(1, 4)), null, "one seed in common says nothing");
});

/** Runs of a world in which each key adds what is said, whatever else is changed, and seeds add noise. */
function world(effects: Readonly<Record<string, number>>, to: Readonly<Record<string, unknown>>, results: StudyFolder) {
  const performed: string[] = [];
  const engine = async (runs: readonly RunSpec[]) => {
    for (const spec of runs) {
      if (results.result(spec)) continue;
      performed.push(spec.id);
      const { training } = spec.recipe;
      const gain = Object.entries(effects).map(([key, f1]) => (Reflect.get(training, key) === to[key] ? f1 : 0));
      const f1 = 0.3 + gain.reduce((a, b) => a + b, 0) + 0.005 * (randomStream(spec.seed, "noise").uniform() - 0.5);
      const reading = {
        f1: {},
        threshold: 0.5,
        sets: {},
        counts: {
          one: Array.from({ length: 100 }, () => [Math.round(1000 * f1), 0, Math.round(2000 * (1 - f1))]).flat(),
        },
        tests_sha256: "",
      };
      const readings = Object.fromEntries(spec.readings.map((one) => [readingKey(one, spec.tests), reading]));
      results.keep({ format: 1, id: spec.id, settings: spec.settings, readings, ran: {} as RunResult["ran"] });
    }
  };
  return { engine, performed };
}

test("measured: the known effects come back in their order, add up to the gap, and nothing is unexplained", async () => {
  const to = { loss_alpha: 0.75, lr_others: 0.002, max_grad_norm: 10 };
  const changes = differing(openConfiguration(MINE), openConfiguration(tiny.recipe)).map(({ key, words, a, b }) => {
    return { key, words, from: a.value, to: b.value };
  });
  assert.deepEqual(changes.map(({ key }) => key).sort(), Object.keys(to).sort());
  const task: SmallTask = {
    recipe: tiny.recipe,
    tests: { sets: [tiny.sets[0]], drop: [], limit: null },
    threshold: 0.5,
    seeds: 5,
  };
  const results = StudyFolder.open(join(folder, "world"), { id: pathId(changes, task), name: "world" });
  try {
    const { engine, performed } = world({ loss_alpha: 0.02, lr_others: 0.1, max_grad_norm: -0.01 }, to, results);
    const path = await measurePath({ from: "mine", to: "theirs", changes }, task, results, engine);
    assert.deepEqual(
      path.steps.map(({ key }) => key),
      ["lr_others", "loss_alpha", "max_grad_norm"],
    );
    const f1 = path.steps.map(({ effect }) => effect?.f1 ?? Number.NaN);
    assert.ok(f1[0] > 0.05 && f1[1] > 0 && f1[2] < 0, f1.join(", "));
    const added = f1.reduce((a, b) => a + b, 0);
    assert.ok(Math.abs(added - Number(path.sum?.f1)) < 1e-9);
    assert.ok(path.gap?.ci95 && path.gap.ci95[0] - 0.01 <= added && added <= path.gap.ci95[1] + 0.01);
    assert.ok(path.unexplained?.ci95 && path.unexplained.ci95[0] <= 0 && path.unexplained.ci95[1] >= 0);
    // Ends and three singles, two pairs; then four points by other seeds.
    assert.equal(performed.length, 5 * (5 + 2) + 5 * 4);
    await measurePath({ from: "mine", to: "theirs", changes }, task, results, engine);
    assert.equal(performed.length, 55, "the same again runs nothing");
  } finally {
    results.close();
  }
});

test("what the small task cannot have is named, with why", () => {
  const task: SmallTask = {
    recipe: tiny.recipe,
    tests: { sets: [tiny.sets[0]], drop: [], limit: null },
    threshold: 0.5,
    seeds: 2,
    set: { num_steps: 2 },
  };
  const change = (key: string, from: unknown, to: unknown) => ({ key, words: null, from, to });
  const { can, cannot } = runnable(
    [
      change("loss_alpha", 0.1, 0.2),
      change("num_steps", 1, 2),
      change("mixed_precision", "bf16", "no"),
      change("no_such_key", 1, 2),
      change("span_mode", "marker", "markerV0"),
    ],
    task,
  );
  assert.deepEqual(
    can.map(({ key }) => key),
    ["loss_alpha"],
  );
  assert.deepEqual(
    cannot.map(({ key, effect }) => [key, effect]),
    ["num_steps", "mixed_precision", "no_such_key", "span_mode"].map((key) => [key, null]),
  );
  assert.match(cannot[3].why ?? "", /starts from .*tiny_bert, which keeps its own span_mode/);
});

test("the verb measures one key by real runs, goes on where it stopped, and refuses in one sentence", () => {
  const mine = changed({ loss_alpha: 0.3 });
  const words = [mine, "--against", tiny.recipe, "--measure", "--data", tiny.sets[0], "--seeds", "2", "--steps", "2"];
  const out = join(folder, "verb");
  const ended = verb("audit", [...words, "--threshold", "0.06", "--out", out, "--json", join(folder, "path.json")]);
  assert.equal(ended.code, 0, ended.err);
  assert.match(ended.out, /along the path.*\n {2}start .*\n {2}loss_alpha: 0.3 -> 0.75 .*\n {2}these together /);
  const { path, findings } = JSON.parse(readFileSync(join(folder, "path.json"), "utf8"));
  assert.equal(path.steps[0].effect.f1, path.sum.f1);
  assert.deepEqual([findings[0].id, findings[0].effect.f1], ["differs:loss_alpha", -path.sum.f1]);
  assert.ok(path.made.runs.length >= 4 && path.made.backends.length === 1);
  const again = verb("audit", [...words, "--threshold", "0.06", "--out", out]);
  assert.match(again.err, /4 of 4 runs are on file; 0 to do/);
  for (const [bad, sentence] of [
    [[mine, "--measure", "--out", out], /--measure wants --against/],
    [[mine, "--seeds", "3"], /--seeds is for --measure/],
    [[tiny.recipe, "--against", tiny.recipe, "--measure", "--out", out], /differ in no key that .* can change/],
    [[...words, "--out", out, "--threshold", "0.2"], /holds the results of another plan/],
  ] as const) {
    const refused = verb("audit", [...bad]);
    assert.ok(refused.code === 1 || refused.code === 2, refused.out);
    assert.match(refused.err, /^audit: [^\n]+\.\n$/);
    assert.match(refused.err, sentence);
  }
});

test("the gap that was made on purpose: what its three keys were measured to be worth adds up to it, within its interval", () => {
  const { path } = readJson(join(ROOT, "data", "results", "toy-path.json")) as { path: AblationPath };
  assert.deepEqual(path.steps.map(({ key }) => key).sort(), ["loss_alpha", "lr_others", "num_steps"]);
  const added = path.steps.reduce((sum, { effect }) => sum + Number(effect?.f1), 0);
  assert.ok(Math.abs(added - Number(path.sum?.f1)) < 1e-9);
  const [low, high] = path.gap?.ci95 ?? [1, 0];
  assert.ok(low <= added && added <= high);
  const [least, most] = path.unexplained?.ci95 ?? [1, 0];
  assert.ok(least <= 0 && 0 <= most);
  assert.equal(path.made?.runs.length, 55);
});

test("data/toy is what its grammar gives, and its recipes differ in three keys", () => {
  for (const [part, records] of Object.entries(toyRecords()))
    assert.equal(
      readFileSync(join(ROOT, "data", "toy", `${part}.jsonl`), "utf8"),
      records.map((record) => `${JSON.stringify(record)}\n`).join(""),
    );
  const [mine, theirs] = ["toy-changed", "toy"].map((name) => openConfiguration(name));
  assert.equal(differing(mine, theirs).length, 3);
});
