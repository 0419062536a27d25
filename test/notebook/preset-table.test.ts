import assert from "node:assert/strict";
import { test } from "node:test";
import type { PresetRow } from "../../lib/evaluate/stored/presets";
import { presetTable } from "../../lib/notebook/preset-table";

test("wrong presets and prompts of their own are marked; numbers are points", () => {
  const row: PresetRow = {
    preset: "gliner",
    verdict: "sound",
    asked: "gliner",
    threshold: 0.5,
    average: 0.18234,
    ci95: [0.17, 0.19],
    difference: 0,
    difference_ci95: null,
    datasets: { crossner_literature: 0.5, mit_restaurant: 0.0456 },
  };
  const wrong: PresetRow = {
    ...row,
    preset: "0.1.6",
    verdict: "wrong",
    difference: -0.1,
    difference_ci95: [-0.12, 0.01],
  };
  const shown = presetTable([row, wrong, { ...row, preset: "workbook", asked: "workbook" }], { title: "a title" });
  const lines = shown
    .toString()
    .split("\n")
    .map((line) => line.replace(/[ \u00a0]+/g, " "));
  lines.splice(2, 1);
  assert.deepEqual(lines, [
    "a title",
    "preset mean difference 95 % lit. rest.",
    "gliner 18.2 0.0 50.0 4.6",
    "0.1.6 ✗ 18.2 −10.0 −12.0 to +1.0 50.0 4.6",
    "workbook (own prompt) 18.2 0.0 50.0 4.6",
  ]);
});
