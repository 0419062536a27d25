import assert from "node:assert/strict";
import { test } from "node:test";
import { splitRecord } from "../../../lib/data/mix/split";
import type { NerRecord, NerSpan } from "../../../lib/data/records";
import { randomStream } from "../../../lib/random";

const limits = { maxWords: 6, hardMaxWords: 8, minWords: 3 };
const split = (text: string, ner: NerSpan[] = []) =>
  splitRecord({ tokens: text.split(" "), ner }, limits).map(({ tokens, ner }) => [tokens.join(" "), ...ner]);

test("sentences stay together as long as they fit, and are cut where they must be", () => {
  assert.deepEqual(split("a b . c d ."), [["a b . c d ."]]);
  assert.deepEqual(split("a b . c d e . f g ."), [["a b ."], ["c d e ."], ["f g ."]]);
  assert.deepEqual(split("a b . c . d e f ."), [["a b . c ."], ["d e f ."]]);
  assert.deepEqual(split("1 2 3 4 5 6 7 8 9 10 11"), [["1 2 3 4 5 6 7 8"], ["9 10 11"]]);
});

test("no cut inside a mention; mentions move with their words; a short tail stays", () => {
  assert.deepEqual(
    split("a Dr . Bo x y . c d e", [
      [1, 3, "p"],
      [8, 8, "q"],
    ]),
    [
      ["a Dr . Bo x y .", [1, 3, "p"]],
      ["c d e", [1, 1, "q"]],
    ],
  );
  assert.deepEqual(split("1 2 3 4 5 6 7 8 9 10 11 12", [[6, 8, "p"]]), [
    ["1 2 3 4 5 6 7 8 9", [6, 8, "p"]],
    ["10 11 12"],
  ]);
  assert.deepEqual(split("1 2 3 4 5 6 7 8 9 10 11", [[6, 8, "p"]]), [["1 2 3 4 5 6 7 8 9 10 11", [6, 8, "p"]]]);
  assert.deepEqual(split("a b c d e f . x ."), [["a b c d e f . x ."]]);
});

test("whatever the passage, every word and every mention is in exactly one piece", () => {
  const random = randomStream(0, "split");
  for (let n = 0; n < 500; n++) {
    const tokens = Array.from({ length: random.integer(1, 60) }, (_, i) => (random.uniform() < 0.2 ? "." : `w${i}`));
    const ner = Array.from({ length: random.integer(0, 6) }, (): NerSpan => {
      const start = random.integer(0, tokens.length - 1);
      return [start, Math.min(tokens.length - 1, start + random.integer(0, 4)), "x"];
    });
    const record: NerRecord = { tokens, ner, src: "here", labels: ["x"] };
    const pieces = splitRecord(record, limits);
    assert.deepEqual(
      pieces.flatMap((piece) => piece.tokens),
      tokens,
    );
    let at = 0;
    const spans: NerSpan[] = [];
    for (const piece of pieces) {
      for (const [start, end, type] of piece.ner) spans.push([start + at, end + at, type]);
      at += piece.tokens.length;
      assert.deepEqual([piece.src, piece.labels], ["here", ["x"]]);
    }
    assert.deepEqual(spans.map(String).sort(), ner.map(String).sort());
  }
});
