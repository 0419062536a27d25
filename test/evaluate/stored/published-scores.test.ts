import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ZERO_SHOT_SETS } from "../../../lib/data/zero-shot-tests";
import {
  amongPublished,
  PUBLISHED_PATH,
  type PublishedScore,
  publishedScores,
} from "../../../lib/evaluate/stored/published-scores";

const all = (JSON.parse(readFileSync(PUBLISHED_PATH, "utf8")) as { scores: PublishedScore[] }).scores;

test("every published number has its source, its setting and how it is known", () => {
  for (const { model, setting, source, date, reliability, scores, average } of all) {
    assert.ok(model && setting && source && date, model);
    assert.ok(["paper", "card", "thread", "digest"].includes(reliability), `${model}: ${reliability}`);
    for (const set of Object.keys(scores))
      assert.ok((ZERO_SHOT_SETS as readonly string[]).includes(set), `${model}: ${set}`);
    for (const value of [...Object.values(scores), ...[average ?? []].flat()])
      assert.ok(value > 1 && value < 100, `${model}: ${value} is not in percent`);
  }
});

test("where all seven are known the average is theirs, to the rounding", () => {
  const whole = publishedScores().filter(({ scores }) => Object.keys(scores).length === 7);
  assert.ok(whole.length >= 8);
  for (const { model, scores, average } of whole) {
    const mean = Object.values(scores).reduce((a, b) => a + b, 0) / 7;
    assert.ok(typeof average === "number" && Math.abs(mean - average) < 0.051, `${model}: ${mean} against ${average}`);
  }
});

test("the two ends of the question are there: the paper's 60.9, and the 54 to 55 of retrainings", () => {
  const byModel = new Map(publishedScores().map((score) => [score.model, score]));
  assert.equal(byModel.get("GLiNER-L")?.average, 60.9);
  assert.equal(byModel.get("GLiNER-L retrained")?.average, 55);
  assert.equal(byModel.get("GLiNER-L retrained, own settings, last step")?.average, 54.4);
  assert.ok(publishedScores().every(({ benchmark }) => benchmark === "zero-shot-7"));
});

test("a run stands among them at its place, and is marked as measured here", () => {
  const own = { model: "mine", scores: { crossner_ai: 56.04 }, average: 58.2, setting: "this run" };
  const rows = amongPublished([own], ["crossner_ai", "mit_movie"]);
  const at = rows.findIndex(({ model }) => model === "mine");
  assert.deepEqual(rows[at], {
    model: "mine",
    average: "58.2",
    crossner_ai: "56.0",
    mit_movie: "",
    setting: "this run",
    from: "measured here",
  });
  assert.ok(Number(rows[at - 1].average) >= 58.2 && Number(rows[at + 1].average) <= 58.2);
  assert.equal(rows.length, publishedScores().length + 1);
  assert.equal(rows.filter(({ from }) => from === "measured here").length, 1);
});
