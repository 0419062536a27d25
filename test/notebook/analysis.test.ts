import assert from "node:assert/strict";
import { test } from "node:test";
import { joinRecords } from "../../lib/data/records";
import { thresholdCurve } from "../../lib/evaluate/scoring/threshold-curve";
import { calibrate } from "../../lib/evaluate/statistics/calibration";
import { intervalFigure, reliabilityFigure, thresholdFigure } from "../../lib/notebook/analysis";
import type { Display } from "../../lib/notebook/display";

interface Plot {
  data: { name?: string; x: (number | string | null)[]; y: (number | null)[] }[];
}

function plotOf(shown: Display): Plot {
  assert.ok(String(shown.bundle["image/png"]).length > 1000, "a picture for those without plotly");
  return shown.bundle["application/vnd.plotly.v1+json"] as Plot;
}

const RECORDS = [
  { tokens: ["a", "b"], ner: [[0, 0, "x"]] as [number, number, string][] },
  { tokens: ["c", "d", "e"], ner: [[1, 2, "y"]] as [number, number, string][] },
];
const FOUND = [
  [
    { start: 0, end: 0, label: "x", score: 0.75 },
    { start: 1, end: 1, label: "x", score: 0.25 },
  ],
  [],
];

test("the threshold figure steps where an entity goes; precision ends with the last of them", () => {
  const { data } = plotOf(thresholdFigure(thresholdCurve(RECORDS, FOUND, { floor: 0.05 })));
  const [precision, recall, f1] = data;
  assert.deepEqual(
    data.map(({ name }) => name),
    ["precision", "recall", "f1"],
  );
  const at = (threshold: number) => precision.x.indexOf(threshold);
  assert.deepEqual([precision.x[0], precision.x[precision.x.length - 1]], [0.05, 0.99]);
  assert.deepEqual([precision.y[at(0.24)], precision.y[at(0.25)], precision.y[at(0.75)]], [0.5, 1, null]);
  assert.deepEqual([recall.y[at(0.74)], recall.y[at(0.75)], f1.y[at(0.75)]], [0.5, 0, 0]);
});

test("bins and values stand with their intervals", () => {
  const { data } = plotOf(reliabilityFigure(calibrate(RECORDS, FOUND)));
  assert.deepEqual(data[2].x, [0.25, 0.75]);
  assert.deepEqual(data[2].y, [0, 1]);
  const points = [{ at: "one", value: 0.1, low: -0.1, high: 0.3 }];
  const [bars, dots] = plotOf(intervalFigure(points)).data;
  assert.deepEqual([bars.x, bars.y, dots.y], [["one", "one", null], [-0.1, 0.3, null], [0.1]]);
});

test("records become one text whose mentions say the same words", () => {
  const { tokens, ner } = joinRecords(RECORDS);
  assert.deepEqual(tokens, ["a", "b", "c", "d", "e"]);
  assert.deepEqual(ner, [
    [0, 0, "x"],
    [3, 4, "y"],
  ]);
});
