/** Kept runs made once more: what is held against what, and what is said of it. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { resultsOf } from "../../lib/study/conduct";
import type { Plan } from "../../lib/study/plan/plan";
import { readPlan } from "../../lib/study/plan/read";
import { type PlannedRuns, planRuns, readingKey } from "../../lib/study/plan/runs";
import { compareAgain, keptOnly } from "../../lib/study/results/again";
import { recordAgain } from "../../lib/study/results/record";
import { againResults } from "../../lib/study/results/stored";
import { suspectsTable } from "../../lib/study/results/table";
import { StudyFolder } from "../../lib/study/run/folder";
import type { RunResult } from "../../lib/study/run/result";
import { verb } from "../cli/verb";
import { scratch, type TinyStudy, tinyStudy } from "./tiny-study";

let tiny: TinyStudy;
let plan: Plan;
let planned: PlannedRuns;
/** The same runs, trained twice on this machine. */
let [once, twice]: Map<string, RunResult>[] = [];

before(async () => {
  tiny = tinyStudy({ seeds: 3 });
  plan = readPlan(tiny.plan);
  planned = await planRuns(plan);
  [once, twice] = ["once", "twice"].map((name) => {
    const out = join(tiny.folder, name);
    const ended = verb("study", [tiny.plan, "--jobs", "2", "--out", out]);
    assert.equal(ended.code, 0, ended.err);
    const folder = StudyFolder.open(out, { id: planned.planId, name: "tiny" });
    const results = resultsOf(planned.runs, folder);
    folder.close();
    return results;
  });
});

test("one machine makes a run twice alike, to the last answer", () => {
  const result = compareAgain(plan, planned, { kept: once, here: twice, command: "again" });
  assert.equal(result.runs.length, 6);
  assert.ok(result.runs.every(({ same, losses_differ_at }) => same && losses_differ_at === null));
  assert.deepEqual([result.difference, result.apart], [0, 0]);
  assert.match(result.verdict, /^6 runs made again: the same answers, sentence by sentence\. This holds for /);
  const { id, seed, arm, here } = result.runs[0];
  assert.deepEqual([id, seed, arm], [planned.runs[0].id, 0, "alpha .75"]);
  assert.equal(here.processor, twice.get(id)?.ran.processor);
});

/** The results with more right answers in the first sentence of each set, by run. */
function changed(more: readonly number[]): Map<string, RunResult> {
  return new Map(
    planned.runs.map((run, i) => {
      const result = structuredClone(once.get(run.id)) as RunResult;
      const reading = result.readings[readingKey(run.readings[0], run.tests)];
      for (const [set, counts] of Object.entries(reading.counts)) {
        counts[0] += more[i];
        const [right, wrong, missed] = [0, 1, 2].map((of) =>
          counts.reduce((sum, n, at) => sum + (at % 3 === of ? n : 0), 0),
        );
        reading.sets[set] = (2 * right) / (2 * right + wrong + missed);
      }
      if (more[i] > 0) result.ran.losses["2"] += 1e-6;
      return [run.id, { ...result, ran: { ...result.ran, processor: "Another(R) Processor" } }];
    }),
  );
}

test("what differs is paired run by run, and held beside what two seeds differ by", () => {
  const here = changed([0, 1, 2, 3, 1, 2]);
  const result = compareAgain(plan, planned, { kept: once, here, command: "again" });
  const own = result.runs.map(({ here, kept }) => f1(here.sets) - f1(kept.sets));
  const close = (a: number | null, b: number) => assert.ok(a !== null && Math.abs(a - b) < 1e-9, `${a}, wanted ${b}`);
  close(result.difference, own.reduce((a, b) => a + b) / 6);
  close(result.apart, Math.sqrt(own.reduce((sum, one) => sum + one * one, 0) / 6));
  const kept = result.runs.map(({ kept }) => f1(kept.sets));
  const squares = kept.flatMap((a, i) => kept.filter((_, j) => j !== i).map((b) => (a - b) ** 2));
  close(result.seeds_apart, Math.sqrt(squares.reduce((a, b) => a + b) / squares.length));
  assert.deepEqual(
    result.runs.map(({ same, losses_differ_at }) => [same, losses_differ_at]),
    [0, 1, 2, 3, 1, 2].map((more) => (more ? [false, 2] : [true, null])),
  );
  assert.match(
    result.verdict,
    /^6 runs made again, 1 with the same answers: two makings of a run lie [\d.]+ points apart, two seeds [\d.]+; on average \+/,
  );
  const one = compareAgain(
    plan,
    { ...planned, runs: planned.runs.slice(1, 2) },
    { kept: once, here, command: "again" },
  );
  assert.deepEqual([one.ci95, one.seeds_apart, one.min_detectable], [null, null, null]);
  assert.match(one.verdict, /^one run made again: \+.* with one run nothing is known of the spread/);
});

const f1 = (sets: Record<string, number>) => Object.values(sets).reduce((a, b) => a + b) / Object.keys(sets).length;

test("a result is kept by machine and is a part of the table", () => {
  const folder = join(scratch("again"), "suspects");
  const result = compareAgain(plan, planned, {
    kept: once,
    here: changed([1, 1, 1, 1, 1, 1]),
    command: "again --out runs/x",
  });
  const [path, table] = recordAgain(result, folder);
  assert.match(path, /again\/tiny-another-processor\.json$/);
  assert.deepEqual(againResults(folder), [result]);
  const text = readFileSync(table, "utf8");
  assert.match(text, /\n## The same runs on another machine\n/);
  assert.match(
    text,
    /\| tiny: alpha \.75 \| 0 \| [\d.]+ \| .* \| [\d.]+ \| Another\(R\) Processor \| \+[\d.]+ \| 2 \|/,
  );
  writeFileSync(path, JSON.stringify({ ...result, runs: [] }));
  assert.throws(() => againResults(folder), /tiny-another-processor\.json is no result of runs made again/);
  assert.doesNotMatch(suspectsTable({ results: [], screenings: [], again: [], suspects: [] }), /another machine/);
});

test("what nothing can be held against is refused in one sentence", () => {
  const kept = new Map([[planned.runs[0].id, once.get(planned.runs[0].id) as RunResult]]);
  assert.equal(keptOnly(plan, planned, kept).runs.length, 1);
  assert.throws(
    () => compareAgain(plan, planned, { kept, here: new Map(), command: "" }),
    /no kept run of tiny was made here yet/,
  );
  const other = changed([0, 0, 0, 0, 0, 0]);
  for (const { readings } of other.values())
    for (const reading of Object.values(readings)) reading.tests_sha256 = "another file";
  assert.throws(
    () => compareAgain(plan, planned, { kept: once, here: other, command: "" }),
    /a file of the tests has changed since/,
  );
  const out = join(tiny.folder, "refused");
  const cases: [string[], RegExp][] = [
    [[], /^study: --again: none of the 6 runs of tiny is kept in data\/results\/laboratory, .*leave --again out\.$/],
    [
      ["--fresh"],
      /^study: --again trains kept runs anew and takes none over, got --fresh, which it means already; leave that out\.$/,
    ],
    [["--adopt", tiny.folder], /takes none over, got --adopt /],
  ];
  for (const [words, wanted] of cases) {
    const { code, err } = verb("study", [tiny.plan, "--again", "--out", out, ...words]);
    assert.notEqual(code, 0);
    assert.match(err.trim(), wanted);
    assert.ok(!existsSync(out));
  }
});
