import assert from "node:assert/strict";
import { test } from "node:test";
import { addCounts, countMatches, f1Scores, scoresPerType } from "../../../lib/evaluate/scoring/metrics";

test("a hit needs both boundaries and the type; duplicates count once", () => {
  const counts = countMatches(
    [
      [0, 1, "a"],
      [0, 1, "a"],
      [3, 3, "b"],
    ],
    [
      [0, 1, "a"],
      [0, 1, "a"],
      [3, 3, "a"],
      [0, 0, "a"],
    ],
  );
  assert.deepEqual(counts, { truePositives: 1, falsePositives: 2, falseNegatives: 1 });
});

test("precision, recall and F1, with 0 where nothing can be divided", () => {
  const { precision, recall, f1 } = f1Scores({ truePositives: 2, falsePositives: 1, falseNegatives: 2 });
  assert.deepEqual([precision, recall, f1], [2 / 3, 2 / 4, 4 / 7]);
  assert.deepEqual(f1Scores(addCounts([])), { precision: 0, recall: 0, f1: 0 });
});

test("scores per type add up to the whole", () => {
  const rows = scoresPerType(
    [
      [
        [0, 0, "a"],
        [1, 1, "b"],
      ],
      [[0, 0, "a"]],
    ],
    [[[0, 0, "a"]], [[0, 0, "b"]]],
    ["a", "b", "c"],
  );
  assert.deepEqual(
    rows.map(({ type, support, precision, recall }) => [type, support, precision, recall]),
    [
      ["a", 2, 1, 0.5],
      ["b", 1, 0, 0],
      ["c", 0, 0, 0],
    ],
  );
});
