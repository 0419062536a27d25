import assert from "node:assert/strict";
import { test } from "node:test";
import type { NerRecord, NerSpan } from "../../../lib/data/records";
import { PLAIN_RULES, scoreTexts } from "../../../lib/evaluate/scoring/scoring";
import {
  bestThreshold,
  scoresAt,
  thresholdCurve,
  thresholdCurveByDecoding,
} from "../../../lib/evaluate/scoring/threshold-curve";
import { exceeds, greedyDecode, type SpanCandidate } from "../../../lib/model/decode";
import { type RandomStream, randomStream } from "../../../lib/random";

const FLOOR = 0.05;

/** Texts of 8 words with many overlapping candidates, a third of them with equal probabilities. */
function task(random: RandomStream): { records: NerRecord[]; found: SpanCandidate[][] } {
  const draw = (): SpanCandidate => {
    const start = random.integer(0, 7);
    const end = Math.min(7, start + random.integer(0, 3));
    const tied = random.integer(0, 2) === 0;
    const score = Math.fround(tied ? random.integer(1, 9) / 10 : FLOOR + random.uniform() * 0.94);
    return { start, end, label: "ab"[random.integer(0, 1)], score };
  };
  const found = Array.from({ length: 4 }, () => Array.from({ length: random.integer(0, 14) }, draw));
  const records = found.map((spans): NerRecord => {
    const known = spans.filter(() => random.integer(0, 2) === 0);
    const ner = [...known, draw()].map(({ start, end, label }): NerSpan => [start, end, label]);
    return { tokens: Array(8).fill("w"), ner, unaligned: random.integer(0, 4) ? [] : ["a"] };
  });
  return { records, found };
}

test("one sweep gives at every threshold what decoding there anew gives", () => {
  const random = randomStream(5, "curve test");
  for (let round = 0; round < 300; round++) {
    const { records, found } = task(random);
    const options = { flatNer: round % 2 === 0, multiLabel: round % 3 === 0, floor: FLOOR };
    const curve = thresholdCurve(records, found, options);
    const scores = found.flat().map(({ score }) => score);
    // On a probability, a hair off it, between two of them, and at round numbers.
    const thresholds = [
      FLOOR,
      0.1,
      0.3,
      0.5,
      0.9,
      1,
      ...scores,
      ...scores.map((s) => (s + 1) / 2),
      ...scores.map((s) => s + 1e-9),
    ];
    const twin = thresholdCurveByDecoding(records, found, thresholds, options);
    assert.deepEqual(
      thresholds.map((threshold) => scoresAt(curve, threshold)),
      twin,
    );
  }
});

test("the points go up, from the floor to where nothing is left", () => {
  const { records, found } = task(randomStream(6, "curve test"));
  const curve = thresholdCurve(records, found, { floor: FLOOR });
  assert.equal(curve[0].threshold, Math.fround(FLOOR));
  assert.deepEqual([curve[curve.length - 1].predicted, curve[curve.length - 1].f1], [0, 0]);
  for (let i = 1; i < curve.length; i++) {
    assert.ok(curve[i].threshold > curve[i - 1].threshold && curve[i].predicted < curve[i - 1].predicted);
    assert.ok(curve[i].recall <= curve[i - 1].recall);
  }
  const best = bestThreshold(curve);
  assert.equal(best.f1, Math.max(...curve.map(({ f1 }) => f1)));
  assert.ok(curve.every(({ f1, threshold }) => f1 < best.f1 || threshold <= best.threshold));
});

test("with the worst span first, a higher threshold changes the rest: no sweep could be exact", () => {
  const found = [
    { start: 0, end: 1, label: "a", score: 0.2 },
    { start: 0, end: 0, label: "a", score: 0.8 },
  ];
  const at = (threshold: number, worstFirst: boolean) =>
    greedyDecode(
      found.filter(({ score }) => exceeds(score, threshold)),
      { flatNer: true, multiLabel: false, worstFirst },
    );
  assert.deepEqual(
    at(0.1, true).map(({ score }) => score),
    [0.2],
  );
  assert.deepEqual(
    at(0.5, true).map(({ score }) => score),
    [0.8],
  );
  assert.deepEqual(at(0.1, false), at(0.5, false));
});

test("nothing found is a curve of one point; what makes no sense is one sentence", () => {
  const records: NerRecord[] = [{ tokens: ["a"], ner: [[0, 0, "x"]] }];
  const curve = thresholdCurve(records, [[]], { floor: FLOOR });
  assert.deepEqual(curve, [{ threshold: Math.fround(FLOOR), precision: 0, recall: 0, f1: 0, predicted: 0 }]);
  assert.throws(() => scoresAt(curve, 0.01), { name: "UserError", message: /0\.01 lies below 0\.05/ });
  assert.throws(() => thresholdCurve(records, [], { floor: FLOOR }), { name: "UserError", message: /0 texts for 1/ });
  assert.throws(() => thresholdCurve(records, [[]], { floor: 5 }), { name: "UserError", message: /floor is 5/ });
  const { counts } = scoreTexts(records, [[]], PLAIN_RULES);
  assert.equal(counts.length, 1);
});
