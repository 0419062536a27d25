import assert from "node:assert/strict";
import { test } from "node:test";
import type { NerRecord } from "../../../lib/data/records";
import { macroScores } from "../../../lib/evaluate/errors/breakdown";
import { FORMAT, type Predictions } from "../../../lib/evaluate/predictions/predictions";
import { matchModes } from "../../../lib/evaluate/scoring/match-modes";
import { addCounts, scoresPerType } from "../../../lib/evaluate/scoring/metrics";
import { PLAIN_RULES, type ScoringRules, scorePredictions } from "../../../lib/evaluate/scoring/scoring";

const RECORDS: NerRecord[] = [
  {
    tokens: "a b c d e".split(" "),
    ner: [
      [0, 0, "City"],
      [2, 3, "person"],
      [4, 4, "else"],
    ],
  },
  { tokens: "a b c d".split(" "), ner: [[0, 0, "City"]], unaligned: ["person", "else"] },
];

function predictions(...texts: [number, number, string, number][][]): Predictions {
  const labels = ["City", "city", "person", "else"];
  const data = { name: "made up", texts: texts.length, sha256: "0" };
  return {
    header: { format: FORMAT, model: { name: "m", sha256: "0" }, data, labels, floor: 0.05 },
    texts: texts.map((spans) => ({
      wordsLost: 0,
      candidates: spans.map(([start, end, label, score]) => ({ start, end, label, score: Math.fround(score) })),
    })),
  };
}

const SAID = predictions(
  [
    [0, 0, "city", 0.8],
    [2, 3, "person", 0.9],
    [3, 3, "person", 0.6],
    [4, 4, "else", 0.55],
  ],
  [
    [0, 0, "City", 0.7],
    [0, 1, "person", 0.65],
    [3, 3, "person", 0.4],
  ],
);

/** True positives, false positives, false negatives over all sentences. */
function tally(rules: Partial<ScoringRules>): number[] {
  const { counts } = scorePredictions(RECORDS, SAID, { ...PLAIN_RULES, ...rules });
  const { truePositives, falsePositives, falseNegatives } = addCounts(counts);
  return [truePositives, falsePositives, falseNegatives];
}

test("every rule does what it says, and nothing else", () => {
  // Plain: city is not City; of the overlapping answers the better one stays; gold inside words is missed.
  assert.deepEqual(tally({}), [3, 1, 3]);
  assert.deepEqual(tally({ lowerCase: true }), [4, 0, 2]);
  assert.deepEqual(tally({ threshold: 0.6 }), [2, 1, 4]);
  assert.deepEqual(tally({ threshold: 0.3 }), [3, 2, 3]);
  assert.deepEqual(tally({ flatNer: false }), [3, 3, 3]);
  assert.deepEqual(tally({ drop: ["else"] }), [2, 1, 2]);
  // Of one word: "person" of two words is no answer, so that the one inside it is.
  assert.deepEqual(tally({ maxWidth: 1 }), [2, 2, 4]);
  assert.deepEqual(tally({ maxWidth: 2 }), tally({}));
  // All types are decoded, some are counted: the wrong "person" has taken the place of "City" all the same.
  assert.deepEqual(tally({ only: ["person"] }), [1, 0, 1]);
  assert.deepEqual(tally({ only: ["City", "else"] }), [2, 0, 2]);
  assert.deepEqual(tally({ only: ["City"], lowerCase: true }), [2, 0, 0]);
  assert.deepEqual(tally({ worstFirst: true }), [1, 3, 5]);
  assert.deepEqual(tally({ goldNames: { person: "human" } }), [2, 2, 4]);
  // The second sentence's gold, inside words apart, has no person; neither has the answer then.
  assert.deepEqual(tally({ oracleTypes: true, threshold: 0.3 }), [3, 0, 3]);
  // The same words and type in two sentences become one mention.
  assert.deepEqual(tally({ noSentenceIndex: true }), [3, 1, 2]);
});

test("gold inside words is in the denominator, whatever the model says", () => {
  const { counts } = scorePredictions(RECORDS, SAID);
  assert.equal(counts[1].falseNegatives, 2);
});

test("multi-label: one span, two types", () => {
  const both = predictions([
    [0, 0, "City", 0.8],
    [0, 0, "person", 0.7],
  ]);
  const one = RECORDS.slice(0, 1);
  const predicted = (multiLabel: boolean) =>
    scorePredictions(one, both, { ...PLAIN_RULES, multiLabel }).predicted[0].length;
  assert.deepEqual([predicted(false), predicted(true)], [1, 2]);
});

test("a threshold below the floor, or nothing to score, is an error", () => {
  assert.throws(
    () => tally({ threshold: 0.01 }),
    /the threshold 0\.01 lies below 0\.05, the floor of the predictions of made up/,
  );
  assert.throws(() => scorePredictions([], predictions()), /no records to score/);
});

test("gold that stands twice counts once, and gold inside words is missed, in every table", () => {
  const twice: NerRecord[] = [
    { ...RECORDS[0], ner: [...RECORDS[0].ner, [2, 3, "person"]] },
    { ...RECORDS[1], ner: [...RECORDS[1].ner, [0, 0, "City"]] },
  ];
  const { counts, gold, predicted, unaligned } = scorePredictions(twice, SAID);
  const { truePositives, falseNegatives } = addCounts(counts);
  const rows = scoresPerType(gold, predicted, ["City", "person", "else"], unaligned);
  const support = rows.map((row) => [row.type, row.support, row.recall]);
  assert.deepEqual(support, [
    ["City", 2, 0.5],
    ["person", 2, 0.5],
    ["else", 2, 0.5],
  ]);
  assert.equal(
    rows.reduce((sum, row) => sum + row.support, 0),
    truePositives + falseNegatives,
  );
  const [strict] = matchModes(gold, predicted, unaligned);
  assert.equal(strict.recall, truePositives / (truePositives + falseNegatives));
  assert.equal(macroScores(gold, predicted, unaligned).recall, (0 + 0.5 + 0.5 + 0.5) / 4, "city is only answered");
});
