import assert from "node:assert/strict";
import { test } from "node:test";
import { attentionShares, meanOfHeads } from "../../lib/laboratory/attention";

/** Two heads over three positions. */
const LAYER = [
  [
    [1, 0, 0],
    [0.5, 0.5, 0],
    [0, 0, 1],
  ],
  [
    [0, 1, 0],
    [0.5, 0, 0.5],
    [0.5, 0.5, 0],
  ],
];

test("the mean of heads", () => {
  assert.deepEqual(meanOfHeads(LAYER), [
    [0.5, 0.5, 0],
    [0.5, 0.25, 0.25],
    [0.25, 0.25, 0.5],
  ]);
});

test("shares by group, as the reader sees it, a row a layer", () => {
  const groupOf = (read: number, reader: number) => (read === reader ? "itself" : read === 0 ? "first" : "other");
  assert.deepEqual(attentionShares([LAYER, LAYER], [1, 2], groupOf), [
    { first: 0.375, itself: 0.375, other: 0.25 },
    { first: 0.375, itself: 0.375, other: 0.25 },
  ]);
});
