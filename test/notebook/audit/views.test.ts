/** The views of an audit: findings, the diff, the waterfall. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { openConfiguration } from "../../../lib/audit/configuration/open";
import { diffConfigurations } from "../../../lib/audit/diff/diff";
import type { AblationPath } from "../../../lib/audit/path/path";
import { diffTable } from "../../../lib/notebook/audit/diff-table";
import { findingList } from "../../../lib/notebook/audit/finding-list";
import { waterfallFigure } from "../../../lib/notebook/audit/waterfall";

const plain = (shown: { toString(): string }) => shown.toString().replace(/[ \u00a0]+/g, " ");

test("findings with worth, source and certainty; nothing found is said", () => {
  const effect = { f1: -0.031, ci95: [-0.05, -0.01] as [number, number], source: "measured here: x" };
  const shown = findingList({
    against: "config_large",
    findings: [
      { id: "a", what: "One <b>.", evidence: "two.", effect, certain: true },
      { id: "b", what: "Three.", evidence: "four.", effect: null, certain: false },
    ],
  });
  const text = plain(shown);
  assert.match(text, /Findings, held against config_large/);
  assert.match(text, /1 One <b>\. two\. −3\.1 \[−5\.0, −1\.0\] measured here: x certain/);
  assert.match(text, /2 Three\. four\. unknown nobody has measured it suspected/);
  assert.ok(String(shown.bundle["text/html"]).includes("One &lt;b&gt;"));
  assert.match(plain(findingList({ against: null, findings: [] })), /Nothing found/);
});

test("the diff of issue 36's file and the paper's", () => {
  const [a, b] = ["config_large-2024-02-03", "config_large-2023-11-18"].map((name) => openConfiguration(name));
  assert.match(plain(diffTable(diffConfigurations(a, b))), /span_mode how a span becomes a vector marker markerV0 yes/);
  assert.match(plain(diffTable(diffConfigurations(a, a))), /No difference that decides a score/);
});

const effect = (f1: number) => ({ f1, ci95: [f1 - 0.01, f1 + 0.01] as [number, number], source: "measured here" });
const PATH: AblationPath = {
  from: "mine",
  to: "theirs",
  how: "along the path",
  setting: "a toy",
  start: 0.5,
  steps: [
    { key: "lr_others", words: null, from: 1, to: 2, effect: effect(0.06), why: null },
    { key: "dropout", words: null, from: 1, to: 2, effect: effect(-0.02), why: null },
    { key: "model_name", words: null, from: 1, to: 2, effect: null, why: "not measured" },
  ],
  sum: effect(0.04),
  gap: effect(0.05),
  unexplained: effect(0.01),
  made: null,
};

test("the waterfall: every bar begins where the one before ends, and the last one is the end", () => {
  const shown = waterfallFigure(PATH);
  const { data, layout } = shown.bundle["application/vnd.plotly.v1+json"] as {
    data: { x: string[]; y: number[]; base: number[] }[];
    layout: { title: { text: string } };
  };
  const [{ x, y, base }, lines] = data;
  assert.deepEqual(x, ["start", "lr_others", "dropout", "unexplained", "end"]);
  const near = (values: number[]) => values.map((value) => Number(value.toFixed(6)));
  assert.deepEqual(near(base), [0, 50, 56, 54, 0]);
  assert.deepEqual(near(y), [50, 6, -2, 1, 55]);
  assert.deepEqual(near(lines.y.slice(0, 2)), [55, 57]);
  assert.match(JSON.stringify(layout.title), /without model_name \(not measured\)/);
  assert.ok(shown.bundle["image/png"], "a picture");
  assert.match(
    plain(shown),
    /start 50\.0\n lr_others \+6\.0 \[\+5\.0, \+7\.0\]\n dropout −2\.0 .*\n unexplained .*\n end 55\.0/,
  );
});

test("without scores the bars begin at 0, and there is no end", () => {
  const shown = waterfallFigure({ ...PATH, start: null, gap: null, unexplained: null });
  const { data } = shown.bundle["application/vnd.plotly.v1+json"] as { data: { x: string[]; base: number[] }[] };
  assert.deepEqual([data[0].x, data[0].base[0]], [["lr_others", "dropout"], 0]);
});
