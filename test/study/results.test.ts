/** What is said of a comparison: a number where the interval allows one, else what it would take; and the table of all suspects. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Counts } from "../../lib/evaluate/scoring/metrics";
import { randomStream } from "../../lib/random";
import { isDecided } from "../../lib/study/conduct";
import { plainArm } from "../../lib/study/plan/arm";
import type { Ask } from "../../lib/study/plan/ask";
import { levelOf } from "../../lib/study/plan/plan";
import { planOf } from "../../lib/study/plan/read";
import type { PlannedArm, PlannedRuns } from "../../lib/study/plan/runs";
import { type ArmComparison, comparePlan } from "../../lib/study/results/compare";
import { measuredPower } from "../../lib/study/results/power";
import { checkRecord, recordResult, refuseRecord } from "../../lib/study/results/record";
import { storedResult } from "../../lib/study/results/result";
import { againResults, RESULTS_FOLDER, screeningResults, suspectResults } from "../../lib/study/results/stored";
import { suspectsTable, type TableParts } from "../../lib/study/results/table";
import { verdictOf } from "../../lib/study/results/verdict";
import { RESULT_FORMAT, type RunResult } from "../../lib/study/run/result";
import { readSuspect, suspectIds } from "../../lib/study/suspects/suspect";
import { sentencePair } from "../evaluate/synthetic";
import { scratch } from "./tiny-study";

/** A table of nothing. */
const NOTHING: TableParts = { results: [], screenings: [], again: [], suspects: [] };

/** A made-up study of a real suspect: runs of `control` are of the second, weaker made-up system, as many as there are seeds. */
function madeUp(seeds: { control: number; arm: number }, better: boolean) {
  const plan = planOf(readSuspect("span-representation"));
  const results = new Map<string, RunResult>();
  const planned = (value: string, count: number, system: 0 | 1): PlannedArm => ({
    arm: plainArm(value),
    runs: Array.from({ length: count }, (_, seed) => {
      const id = `${value}-${seed}`;
      results.set(id, runResult(id, seed, system));
      return { seed, id, reading: "r" };
    }),
  });
  const control = planned("markerV0", seeds.control, 1);
  const arms = [planned("marker", seeds.arm, better ? 0 : 1)];
  const recipe = {
    model: { model_name: "tiny" },
    data: {},
    training: { num_steps: 10, train_batch_size: 8, prev_path: null },
  };
  const all = { control, arms, runs: [{ recipe }], planId: "x" } as unknown as PlannedRuns;
  return { plan, planned: all, comparison: comparePlan(all, results), results };
}

function runResult(id: string, seed: number, system: 0 | 1): RunResult {
  const shift = 0.01 * randomStream(seed, "made up", id.split("-")[0]).normal();
  const sentences = randomStream(0, "made-up sentences");
  const sets = ["one", "two"].map(
    (name) => [name, Array.from({ length: 400 }, () => sentencePair(sentences, shift)[system])] as const,
  );
  const f1 = (counts: Counts[]) => {
    const [hits, size] = counts.reduce(
      ([h, s], c) => [h + 2 * c.truePositives, s + 2 * c.truePositives + c.falsePositives + c.falseNegatives],
      [0, 0],
    );
    return hits / size;
  };
  const reading = {
    f1: { ".5": (f1(sets[0][1]) + f1(sets[1][1])) / 2 },
    threshold: 0.5,
    sets: Object.fromEntries(sets.map(([name, counts]) => [name, f1(counts)])),
    counts: Object.fromEntries(
      sets.map(([name, counts]) => [
        name,
        counts.flatMap((c) => [c.truePositives, c.falsePositives, c.falseNegatives]),
      ]),
    ),
    tests_sha256: "t",
  };
  const ran = {
    manifest: "m",
    commit: "c",
    dirty: false,
    backend: "b",
    processor: "p",
    steps: 10,
    losses: {},
    peak_rss_mb: 1,
    seconds_per_step: 1,
    adopted: false,
  };
  return {
    format: RESULT_FORMAT,
    id,
    settings: { hashes: {} } as RunResult["settings"],
    readings: { r: reading },
    ran,
  };
}

test("the arms of a plan are one family: p by Holm's method, and a verdict that says so; a suspect's stand alone", () => {
  const { plan, planned, comparison } = madeUp({ control: 8, arm: 5 }, true);
  const [made] = comparison.arms;
  const arm = { ...made, seen: made.seen && { ...made.seen, p: 0.001 } };
  const weak = { ...arm, arm: { ...arm.arm, value: "weak" }, seen: arm.seen && { ...arm.seen, p: 0.04 } };
  const three = { ...comparison, arms: [arm, weak, { ...weak, seen: undefined, seeds: 0 }] };
  const suspect = storedResult(plan, planned, three, { command: "x" });
  assert.ok(suspect.arms.every((one) => !("p_holm" in one)));
  const { arms, verdict } = storedResult({ ...plan, suspect: null }, planned, three, { command: "x" });
  assert.ok(Math.abs((arms[0].p_holm ?? 0) - 0.003) < 1e-9, "three times its own");
  assert.ok(Math.abs((arms[1].p_holm ?? 0) - 0.08) < 1e-9, "two of the three are left");
  assert.equal(arms[2].p_holm, null);
  assert.match(arms[0].verdict, /with 5 seeds$/);
  assert.match(arms[1].verdict, /with 5 seeds, which chance may throw up among so many arms \(3 looked at\)$/);
  assert.match(verdict, /chance may throw up/);
});

test("a whole and its parts: what is left, over the seeds that all have", () => {
  const { plan, planned, comparison } = madeUp({ control: 6, arm: 5 }, true);
  const [arm] = comparison.arms;
  const named = (value: string, seeds = 5) => ({ ...arm, arm: { ...arm.arm, value }, runs: arm.runs.slice(0, seeds) });
  const wholes = [{ name: "rest", whole: "whole", parts: ["a", "b"] }];
  const stored = (arms: ArmComparison[]) =>
    storedResult({ ...plan, wholes }, planned, { ...comparison, arms }, { command: "x" }).together?.[0];
  const rest = stored([named("whole"), named("a"), named("b", 3)]);
  assert.deepEqual(rest?.seeds, [0, 1, 2]);
  // The parts are the whole twice: what is left is the whole, taken off once too often.
  assert.ok(Math.abs((rest?.left ?? 0) + (rest?.of_whole ?? 0)) < 1e-12);
  assert.ok(Math.abs((rest?.of_parts ?? 0) - 2 * (rest?.of_whole ?? 0)) < 1e-12);
  assert.match(rest?.verdict ?? "", /^rest: -\d\.\d points \(.*\) with 3 seeds, which have no name/);
  assert.equal(stored([named("whole"), named("a"), named("b", 1)])?.ci95, null);
  const missing = stored([named("whole"), named("a")]);
  assert.equal(missing?.left, null);
  assert.match(missing?.verdict ?? "", /no seed has all of whole, a, b/);
});

test("a difference that is there is said with its interval, one that is not with what it would take", () => {
  const there = madeUp({ control: 8, arm: 5 }, true).comparison.arms[0];
  assert.match(verdictOf(there), /^marker: \+\d\.\d points \(\+\d\.\d to \+\d\.\d\) with 5 seeds$/);
  assert.ok(there.seen?.paired, "five seeds of the arm are among the control's eight");
  const none = madeUp({ control: 5, arm: 5 }, false).comparison.arms[0];
  assert.match(
    verdictOf(none),
    /^marker: cannot be told with 5 seeds: it lies between [+-]\d+\.\d and [+-]\d+\.\d points; (at least \d+ would be needed|no number of seeds)/,
  );
  assert.match(
    verdictOf(madeUp({ control: 5, arm: 1 }, true).comparison.arms[0]),
    /cannot be told with 1 seed, .* at least 2 would be needed/,
  );
  assert.equal(verdictOf(madeUp({ control: 5, arm: 0 }, true).comparison.arms[0]), "marker: not run");
});

test("runs that are wrong in other ways have one F1 and are not the same; nothing is said of what could have been seen", () => {
  const silent = madeUp({ control: 3, arm: 3 }, true);
  const spoilt = (id: string, extra: number) => {
    const result = silent.results.get(id) as RunResult;
    const all = result.readings.r.counts;
    for (const [name, counts] of Object.entries(all)) all[name] = counts.map((_, i) => (i % 3 === 1 ? extra : i % 3));
  };
  for (const seed of [0, 1, 2]) {
    spoilt(`markerV0-${seed}`, 0);
    spoilt(`marker-${seed}`, 2);
  }
  const [other] = comparePlan(silent.planned, silent.results).arms;
  assert.equal(verdictOf(other), "marker: cannot be told with 3 seeds: other answers, and the same F1 in every run");
  assert.equal(other.detectable, Number.POSITIVE_INFINITY);
  for (const seed of [0, 1, 2]) spoilt(`marker-${seed}`, 0);
  assert.equal(verdictOf(comparePlan(silent.planned, silent.results).arms[0]), "marker: the same answers, run by run");
});

test("an arm that ran on no processor of its control's is said to", () => {
  const { planned, results } = madeUp({ control: 5, arm: 5 }, true);
  const moved = (id: string) => {
    const result = results.get(id) as RunResult;
    results.set(id, { ...result, ran: { ...result.ran, processor: "other" } });
  };
  for (const seed of [0, 1, 2, 3]) moved(`marker-${seed}`);
  const verdict = () => verdictOf(comparePlan(planned, results).arms[0]);
  assert.match(verdict(), /with 5 seeds$/);
  moved("marker-4");
  assert.match(verdict(), /with 5 seeds \(the arm ran on another processor than its control\)$/);
});

test("what could be seen, and what would be needed, is of the level of the interval", () => {
  const { planned, results } = madeUp({ control: 5, arm: 5 }, false);
  const [usual, strict] = [0.95, 0.99].map((level) => comparePlan(planned, results, level).arms[0]);
  const half = ({ seen }: typeof usual) => (seen!.high - seen!.low) / 2;
  assert.ok(
    strict.detectable > half(strict) && usual.detectable > half(usual),
    "80 % power takes more than the half width",
  );
  assert.ok(strict.detectable > 1.1 * usual.detectable);
});

test("results of a test that has changed in between are not held against each other", () => {
  const { planned, results } = madeUp({ control: 3, arm: 3 }, true);
  const result = results.get("marker-1") as RunResult;
  results.set("marker-1", { ...result, readings: { r: { ...result.readings.r, tests_sha256: "new" } } });
  assert.throws(() => comparePlan(planned, results), {
    name: "UserError",
    message:
      /^the run marker-1 \(seed 1\) was asked of other sentences than markerV0-0 \(seed 0\): a file of the tests changed/,
  });
  const asked = (ask: Ask): PlannedRuns => {
    const [arm] = planned.arms;
    return { ...planned, arms: [{ ...arm, arm: { ...arm.arm, ask } }] };
  };
  for (const seed of [0, 2]) {
    const one = results.get(`marker-${seed}`) as RunResult;
    results.set(one.id, { ...one, readings: { r: { ...one.readings.r, tests_sha256: "new" } } });
  }
  // Another order of the types is asked of the same sentences; another splitter makes other ones of them.
  assert.throws(() => comparePlan(asked({ order: "reversed" }), results), /marker-0 .* was asked of other sentences/);
  assert.equal(comparePlan(asked({ splitter: "gliner" }), results).arms[0].seeds, 3);
});

test("a result is not replaced by none, by fewer seeds or by another setting, nor a suspect's by a plan's", () => {
  const folder = join(scratch("record"), "suspects");
  const stored = (control: number, arm: number) => {
    const { plan, planned, comparison } = madeUp({ control, arm }, true);
    return storedResult(plan, planned, comparison, { command: "x" });
  };
  const five = stored(5, 5);
  checkRecord(five, folder);
  recordResult(five, folder);
  checkRecord(stored(8, 6), folder);
  assert.throws(() => checkRecord(stored(5, 0), folder), /no arm of span-representation has a run beside/);
  assert.throws(
    () => checkRecord(stored(5, 3), folder),
    /is of 5 seeds, .* this result, of 3 seeds, .* Remove that file/,
  );
  const short = { ...five, setting: { ...five.setting, steps: 3 } };
  assert.throws(() => checkRecord(short, folder), /tiny, 3 steps of 8, 800 sentences, would replace it/);
  assert.throws(() => refuseRecord({ name: "lstm", suspect: null }), /the plan is called lstm, as a suspect is/);
  refuseRecord({ name: "my-plan", suspect: null });
  writeFileSync(join(folder, "broken.json"), '{"suspect": "x", "arms": [], "setting": {}}');
  assert.throws(() => suspectResults(folder), /broken.json is no result of a study/);
});

test("a verdict holds for its encoder and names no cause", () => {
  const { plan, planned, comparison } = madeUp({ control: 5, arm: 5 }, true);
  const { verdict, min_detectable, seeds_needed, gap } = storedResult(plan, planned, comparison, {
    command: "npm run -s study",
  });
  assert.match(
    verdict,
    /This holds for tiny, 10 steps of 8; it says nothing of larger encoders or longer training, and names no cause/,
  );
  assert.ok(min_detectable !== null && min_detectable > 0);
  assert.deepEqual(Object.keys(seeds_needed), ["1", "2", "5"]);
  assert.deepEqual(gap, ["36"]);
});

test("the table: a line an arm, the two gaps apart, the suspects without a result below", () => {
  const folder = join(scratch("table"), "suspects");
  const { plan, planned, comparison } = madeUp({ control: 8, arm: 5 }, true);
  const [json, table] = recordResult(
    storedResult(plan, planned, comparison, {
      command: "npm run -s study -- span-representation --seeds 8 --out runs/x",
    }),
    folder,
  );
  assert.ok(existsSync(json));
  const text = readFileSync(table, "utf8");
  assert.match(
    text,
    /\| span-representation: marker against markerV0 \| \+\d\.\d \[\+\d\.\d, \+\d\.\d\] \| {2}\| 5 and 8, paired \|/,
  );
  assert.ok(text.indexOf("| span-representation:") < text.indexOf("## Can explain issue 209"), "under its own gap");
  assert.match(text, /npm run -s study -- span-representation --seeds 8/);
  for (const id of suspectIds()) assert.ok(text.includes(id), id);
  assert.match(text, /\* class-token-index: cannot be run here: a recipe has no such key/);
});

test("the table in the repository is what its results make, and claims nothing that they do not", () => {
  const results = suspectResults();
  const path = `${RESULTS_FOLDER}.md`;
  assert.ok(existsSync(path));
  assert.equal(
    readFileSync(path, "utf8"),
    suspectsTable({
      results,
      screenings: screeningResults(),
      again: againResults(),
      suspects: suspectIds().map((id) => readSuspect(id)),
    }),
  );
  for (const { suspect, factor } of screeningResults().flatMap(({ factors }) =>
    factors.map((one) => ({ ...one, factor: one.name })),
  )) {
    const line = readFileSync(path, "utf8")
      .split("\n")
      .find((one) => one.startsWith(`| ${suspect}: ${factor} (turned together`));
    assert.ok(
      suspect && line?.includes(readSuspect(suspect).expected),
      `${factor}: what was expected stands beside it`,
    );
  }
  for (const { arms, suspect } of results)
    for (const { ci95, verdict } of arms)
      if (ci95 === null || (ci95[0] <= 0 && ci95[1] >= 0))
        assert.match(verdict, /cannot be told|the same answers|not run/, suspect);
});

test("a value that nobody used explains no gap, in the table and in what is kept", () => {
  const [no] = suspectResults().filter(({ suspect }) => suspect === "lstm");
  assert.deepEqual([no.gap, no.arms[0].gap], [["36", "209"], []]);
  const table = suspectsTable({
    ...NOTHING,
    results: [no, { ...no, suspect: "other", arms: [{ ...no.arms[0], gap: undefined }] }],
  });
  const part = (title: string) => table.slice(table.indexOf(`\n## ${title}`) + 1).split("\n## ")[0];
  assert.match(part("Can explain neither"), /^\| lstm: no LSTM against /m);
  assert.match(part("Can explain either"), /^\| other: no LSTM against /m);
  assert.match(part("Can explain issue 209 "), /Nothing was measured/);
});

test("the table: each arm and factor once, what stands before what cannot be told, another model named", () => {
  const [results, screenings] = [suspectResults(), screeningResults()];
  const table = suspectsTable({ ...NOTHING, results, screenings });
  const lines = table
    .split("\n## Turned together")[0]
    .split("\n")
    .filter((line) => /^\| [a-z0-9-]+: /.test(line));
  const arms = results.reduce((sum, one) => sum + one.arms.length, 0);
  assert.equal(lines.length, arms + screenings.reduce((sum, { factors }) => sum + factors.length, 0));
  for (const part of table.split("\n## Turned together")[0].split("\n## ").slice(1)) {
    const open = part
      .split("\n")
      .filter((line) => /^\| [a-z0-9-]+: /.test(line))
      .map((line) => /cannot be told|not run|the same answers/.test(line));
    assert.deepEqual(open, [...open].sort(), part.split("\n")[0]);
  }
  const [clipped] = results.find(({ suspect }) => suspect === "clipping")?.arms ?? [];
  const control = results.find(({ suspect }) => suspect === "clipping")?.control.runs ?? [];
  const at3 = clipped.runs.map(({ seed, f1 }) => f1[".3"] - Number(control.find((run) => run.seed === seed)?.f1[".3"]));
  const points = ((100 * at3.reduce((a, b) => a + b)) / at3.length).toFixed(1);
  assert.match(table, new RegExp(`^\\| clipping: 1 against none \\| [^|]+ \\| \\+${points} \\| 5 and 5`, "m"));
  assert.match(table, /^\| lenient-load: .* \(checkpoint, 1 step of 8\) \|/m);
});

test("power is planned from the spread of the control", () => {
  const { planned, comparison } = madeUp({ control: 8, arm: 5 }, true);
  const { seeds, from, spread } = measuredPower(planned, comparison, []);
  assert.match(from, /8 seeds of the control/);
  assert.ok(spread > 0.2 && spread < 3, `${spread}`);
  assert.ok(Number(seeds["5"]) >= 2);
  assert.throws(() => measuredPower(planned, undefined, []), /no spread has been measured/);
});

test("a stopping rule: the level is shared among the looks, and decided is what it says", () => {
  assert.equal(levelOf({ stopping: null }), 0.95);
  assert.ok(Math.abs(levelOf({ stopping: { looks: [3, 6], smallest: 0.01 } }) - 0.975) < 1e-12);
  const arm = madeUp({ control: 5, arm: 5 }, true).comparison.arms[0];
  const at = (low: number, high: number, seeds = 5) =>
    isDecided({ ...arm, seeds, seen: { ...arm.seen!, low, high } }, 0.01);
  assert.deepEqual(
    [at(0.001, 0.03), at(-0.03, -0.001), at(-0.009, 0.009), at(-0.02, 0.009), at(0.001, 0.03, 1)],
    [true, true, true, false, false],
  );
  const blind = { ...arm, seen: { ...arm.seen!, low: 0, high: 0, standardError: 0 } };
  assert.deepEqual(
    [false, true].map((sameAnswers) => isDecided({ ...blind, sameAnswers }, 0.01)),
    [false, true],
    "an F1 of 0 throughout is no answer",
  );
});
