import assert from "node:assert/strict";
import { test } from "node:test";
import type { NerRecord, NerSpan } from "../../../lib/data/records";
import { calibrate, wilson } from "../../../lib/evaluate/statistics/calibration";
import type { SpanCandidate } from "../../../lib/model/decode";
import { randomStream } from "../../../lib/random";

/** Sentences in which each word is a candidate: its probability, and whether it is right. */
function sentences(rows: readonly (readonly [score: number, right: boolean][])[]): [NerRecord[], SpanCandidate[][]] {
  const records = rows.map((row): NerRecord => {
    const ner = row.flatMap(([, right], word): NerSpan[] => (right ? [[word, word, "x"]] : []));
    return { tokens: row.map(() => "w"), ner };
  });
  const found = rows.map((row) => row.map(([score], word) => ({ start: word, end: word, label: "x", score })));
  return [records, found];
}

test("bins, expected calibration error and Brier score by hand", () => {
  const [records, found] = sentences([
    [
      [0.9, true],
      [0.8, false],
      [0.2, false],
    ],
    [[1, true]],
  ]);
  records[1].ner.push([0, 0, "unseen"], [0, 0, "unseen"]);
  records[1].unaligned = ["x"];
  const result = calibrate(records, found, { bins: 5 });
  const close = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-12, `${a} against ${b}`);
  assert.deepEqual(
    result.bins.map(({ low, high, candidates, right }) => [low, high, candidates, right]),
    [
      [0, 0.2, 1, 0],
      [0.6, 0.8, 1, 0],
      [0.8, 1, 2, 1],
    ],
  );
  close(result.bins[2].confidence, 0.95);
  close(result.ece, (0.2 + 0.8 + 2 * 0.05) / 4);
  close(result.brier, (0.01 + 0.64 + 0.04) / 4);
  close(result.brierOfConstant, 0.25);
  assert.deepEqual([result.candidates, result.right, result.goldUnseen], [4, 2, 2]);
});

test("a candidate that is listed twice counts once; nothing found is no fault", () => {
  const [records, found] = sentences([[[0.9, true]]]);
  assert.equal(calibrate(records, [[...found[0], ...found[0]]]).candidates, 1);
  const empty = calibrate(records, [[]]);
  assert.deepEqual([empty.bins.length, empty.ece, empty.brier, empty.goldUnseen], [0, 0, 0, 1]);
});

test("probabilities that mean what they say have a small error, overconfident ones have not", () => {
  const random = randomStream(2, "calibration test");
  const honest = Array.from({ length: 400 }, () =>
    Array.from({ length: 10 }, (): [number, boolean] => {
      const score = 0.05 + 0.95 * random.uniform();
      return [score, random.uniform() < score];
    }),
  );
  const bold = honest.map((row) => row.map(([score, right]): [number, boolean] => [Math.sqrt(score), right]));
  assert.ok(calibrate(...sentences(honest)).ece < 0.03);
  assert.ok(calibrate(...sentences(bold)).ece > 0.1);
  assert.ok(calibrate(...sentences(honest)).brier < calibrate(...sentences(bold)).brier);
});

test("the intervals cover the share that is true, also where the candidates of a sentence agree with each other", () => {
  const random = randomStream(3, "calibration test");
  for (const together of [0, 0.5, 1]) {
    let covered = 0;
    let naive = 0;
    const rounds = 1000;
    for (let round = 0; round < rounds; round++) {
      const rows = Array.from({ length: 60 }, () => {
        const common = random.uniform() < 0.7;
        return Array.from({ length: 5 }, (): [number, boolean] => [
          0.75,
          random.uniform() < together ? common : random.uniform() < 0.7,
        ]);
      });
      const [bin] = calibrate(...sentences(rows)).bins;
      covered += Number(bin.rightLow <= 0.7 && 0.7 <= bin.rightHigh);
      const [low, high] = wilson(bin.right, bin.candidates);
      naive += Number(low <= 0.7 && 0.7 <= high);
    }
    assert.ok(covered / rounds > 0.93 && covered / rounds < 0.98, `${together}: ${covered / rounds}`);
    // What the correction is for: taken as independent, they would cover far less.
    if (together === 1) assert.ok(naive / rounds < 0.75, String(naive / rounds));
  }
});

test("Wilson's interval: published values", () => {
  // Wilson 1927's score interval as tabulated by Newcombe 1998, table I: 81/263, 15/148, 0/20, 1/29.
  const cases: [number, number, number, number][] = [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ];
  for (const [hits, n, low, high] of cases) {
    const [a, b] = wilson(hits / n, n);
    assert.ok(Math.abs(a - low) < 5e-5 && Math.abs(b - high) < 5e-5, `${hits}/${n}: ${a} ${b}`);
  }
});

test("lists that do not fit are one sentence", () => {
  assert.throws(() => calibrate([], [[]]), { name: "UserError", message: /candidates of 1 texts for 0 records/ });
  assert.throws(() => calibrate([], [], { bins: 0 }), { name: "UserError", message: /bins is 0/ });
});
