/** The reader's part of the casebook is kept and checked; the sentence of a result has its five parts. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { UserError } from "../../../lib/errors";
import {
  caseRows,
  note,
  openCasebook,
  predictThree,
  resultsOf,
  sentenceOf,
} from "../../../lib/notebook/course/casebook";
import type { StoredArm, StoredRun } from "../../../lib/study/results/result";

const folder = mkdtempSync(join(tmpdir(), "casebook-"));
after(() => rmSync(folder, { recursive: true }));
const path = join(folder, "deep", "casebook.json");

test("nothing is written before the reader says something", () => {
  assert.match(predictThree(undefined, path), /No prediction yet/);
  assert.match(note("lstm", undefined, path), /no verdict of yours yet/);
  assert.equal(existsSync(path), false);
});

test("a prediction is three suspects, and stays; verdicts stay beside it", () => {
  predictThree(["seeds", "lstm", "span-representation"], path);
  note("lstm", "not the rewrite", path);
  note("seeds", "some", path);
  assert.deepEqual(openCasebook(path), {
    prediction: ["seeds", "lstm", "span-representation"],
    notes: { lstm: "not the rewrite", seeds: "some" },
  });
  assert.match(predictThree(undefined, path), /seeds, lstm, span-representation/);
});

test("fewer than three, the same twice and names that no suspect has are refused", () => {
  for (const ids of [["seeds"], ["seeds", "seeds", "lstm"], ["seeds", "lstm", "moon"]])
    assert.throws(() => predictThree(ids, path), UserError);
  assert.throws(() => note("moon", "x", path), UserError);
  assert.throws(() => caseRows("99"), UserError);
});

test("a suspect that is a way of scoring has the number of the laboratory, else of the stored presets", () => {
  const [row] = caseRows(["decode-order"]);
  assert.match(row.worth, /^-\d+\.\d \[/);
  assert.match(row["known from"], /zero-shot-presets|laboratory: .* seeds/);
  assert.equal(row["gap it can explain"], "neither");
});

const run = (seed: number): StoredRun => ({ seed, id: `${seed}`, f1: { ".5": 0.1 }, sets: { crossner_ai: 0.1 } });
const arm = (runs: number, ci95: [number, number] | null): StoredArm => ({
  value: "marker",
  runs: Array.from({ length: runs }, (_, seed) => run(seed)),
  difference: 0.012,
  ci95,
  p_better: null,
  paired: false,
  threshold: 0.5,
  min_detectable: null,
  verdict: "",
});
const setting = {
  recipe: "",
  encoder: "MiniLM",
  steps: 1500,
  batch: 8,
  sentences: 6470,
  sets: [],
  drop: [],
  limit: null,
};
const control = { value: "markerV0", runs: [run(0)], mean: 0.1, sd: null };

test("the sentence has difference, interval, seeds, model and what does not follow", () => {
  const [sentence] = sentenceOf({ control, setting, arms: [arm(3, [-0.009, 0.033])] });
  for (const part of ["+1.2", "-0.9 to +3.3", "3 seeds", "MiniLM", "nothing follows", "holds 0"])
    assert.ok(sentence.includes(part), `${part}: ${sentence}`);
  assert.match(sentenceOf({ control, setting, arms: [arm(1, null)] })[0], /1 seed, from which nothing follows/);
});

test("a suspect without a result has none", () => {
  assert.deepEqual(resultsOf(["no-such-suspect"]), []);
});
