import assert from "node:assert/strict";
import { test } from "node:test";
import type { NerSpan } from "../../../lib/data/records";
import { macroScores, scoresPerSeen, scoresPerWidth, unrepresentable } from "../../../lib/evaluate/errors/breakdown";
import { matchModes } from "../../../lib/evaluate/scoring/match-modes";

const GOLD: NerSpan[][] = [
  [
    [0, 0, "a"],
    [1, 6, "b"],
    [2, 3, "a"],
  ],
  [[0, 1, "c"]],
];
const PREDICTED: NerSpan[][] = [
  [
    [0, 0, "a"],
    [2, 3, "b"],
  ],
  [
    [0, 1, "c"],
    [3, 3, "c"],
  ],
];

test("by width: nested mentions each count under their own", () => {
  assert.deepEqual(
    scoresPerWidth(GOLD, PREDICTED).map(({ group, support, predicted, precision, recall }) => [
      group,
      support,
      predicted,
      precision,
      recall,
    ]),
    [
      ["1", 1, 2, 0.5, 1],
      ["2", 2, 2, 0.5, 0.5],
      ["5+", 1, 0, 0, 0],
    ],
  );
});

test("types that training has seen, and those it has not", () => {
  assert.deepEqual(
    scoresPerSeen(GOLD, PREDICTED, new Set(["a", "other"])).map(({ group, support, predicted }) => [
      group,
      support,
      predicted,
    ]),
    [
      ["seen", 2, 1],
      ["unseen", 2, 3],
    ],
  );
});

test("macro: every type weighs the same, one that is only answered too", () => {
  // a: P 1 R 1/2; b: 0; c: P 1/2 R 1
  const { precision, recall, f1 } = macroScores(GOLD, PREDICTED);
  assert.ok(Math.abs(precision - 0.5) < 1e-12 && Math.abs(recall - 0.5) < 1e-12 && Math.abs(f1 - 4 / 9) < 1e-12);
  assert.equal(
    macroScores(
      [[[0, 0, "a"]]],
      [
        [
          [0, 0, "a"],
          [1, 1, "z"],
        ],
      ],
    ).f1,
    0.5,
  );
  assert.deepEqual(macroScores([[]], [[]]), { precision: 0, recall: 0, f1: 0 });
});

test("gold that no span can be is counted once, by its first reason", () => {
  const records = [
    {
      tokens: Array(8).fill("w"),
      ner: [
        [0, 4, "a"],
        [5, 7, "a"],
        [6, 6, "b"],
        [6, 6, "b"],
        [0, 1, "a"],
      ] as NerSpan[],
    },
    { tokens: ["w"], ner: [[0, 0, "a"]] as NerSpan[], unaligned: ["b", "b"] },
  ];
  const texts = [{ wordsLost: 2 }, { wordsLost: 0 }];
  assert.deepEqual(unrepresentable(records, texts, 3), { alignment: 2, length: 2, width: 1, ceiling: 2 / 7 });
  assert.deepEqual(unrepresentable(records), { alignment: 2, length: 0, width: 0, ceiling: 5 / 7 });
  assert.equal(unrepresentable([{ tokens: ["w"], ner: [] }]).ceiling, 1);
});

test("the four ways of matching disagree about the same answers", () => {
  const rows = matchModes(GOLD, PREDICTED).map(({ mode, correct, incorrect, partial, missed, spurious }) => [
    mode,
    correct,
    incorrect,
    partial,
    missed,
    spurious,
  ]);
  assert.deepEqual(rows, [
    ["strict", 2, 1, 0, 1, 1],
    ["exact", 3, 0, 0, 1, 1],
    ["partial", 3, 0, 0, 1, 1],
    ["type", 3, 0, 0, 1, 1],
  ]);
});

test("strict F1 is the exact-match F1 where answers do not repeat; partial credit is half", () => {
  const [strict, , partial] = matchModes([[[0, 3, "a"]]], [[[2, 3, "a"]]]);
  assert.deepEqual([strict.f1, partial.precision, partial.recall, partial.f1], [0, 0.5, 0.5, 0.5]);
  const wide: NerSpan = [0, 149, "a"];
  assert.equal(matchModes([[wide]], [[[149, 160, "a"]]])[2].partial, 0, "less than 1 % of the mention is no overlap");
});
