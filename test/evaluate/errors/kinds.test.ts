/** Kinds of mistakes, and the display that shows them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { judge, type TypedSpan } from "../../../lib/evaluate/errors/kinds";
import { compareEntities, compareRecord } from "../../../lib/notebook/compare";

const at = (start: number, end: number, label: string): TypedSpan => ({ start, end, label });
const kinds = (gold: TypedSpan[], predicted: TypedSpan[]) => judge(gold, predicted).map(({ kind }) => kind);

test("each kind of mistake", () => {
  assert.deepEqual(kinds([at(0, 4, "a")], [at(0, 4, "a")]), ["right"]);
  assert.deepEqual(kinds([at(0, 4, "a")], [at(0, 4, "b")]), ["type"]);
  assert.deepEqual(kinds([at(0, 4, "a")], [at(2, 6, "a")]), ["boundary"]);
  assert.deepEqual(kinds([at(0, 4, "a")], [at(2, 6, "b")]), ["both"]);
  assert.deepEqual(kinds([at(0, 4, "a")], [at(4, 6, "a")]), ["missed", "spurious"]);
  assert.deepEqual(kinds([], []), []);
});

test("the best pair comes first, and each side is used once", () => {
  // The exact match is kept although a wider prediction of the same type overlaps the mention too.
  assert.deepEqual(kinds([at(0, 4, "a")], [at(0, 9, "a"), at(0, 4, "a")]).sort(), ["right", "spurious"]);
  // Of two mentions the one that overlaps more is the partner; the other one is missed.
  const [missed, pair] = judge([at(0, 2, "a"), at(3, 8, "a")], [at(1, 8, "a")]);
  assert.deepEqual([missed.kind, missed.gold?.start, pair.kind, pair.gold?.start], ["missed", 0, "boundary", 3]);
  assert.deepEqual(kinds([at(0, 4, "a"), at(0, 4, "a")], [at(0, 4, "a"), at(0, 4, "a")]), ["right"]);
});

test("over random spans every mention and every prediction is judged exactly once", () => {
  let state = 7;
  const draw = (n: number) => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return state % n;
  };
  const spans = () =>
    Array.from({ length: draw(6) }, () => {
      const start = draw(10);
      return at(start, start + 1 + draw(4), "ab"[draw(2)]);
    });
  const keys = (list: (TypedSpan | undefined)[]) =>
    list.flatMap((span) => (span ? [`${span.start} ${span.end} ${span.label}`] : [])).sort();
  for (let round = 0; round < 500; round++) {
    const [gold, predicted] = [spans(), spans()];
    const judged = judge(gold, predicted);
    assert.deepEqual(keys(judged.map((one) => one.gold)), [...new Set(keys(gold))]);
    assert.deepEqual(keys(judged.map((one) => one.predicted)), [...new Set(keys(predicted))]);
    const common = keys(gold).filter((key) => keys(predicted).includes(key));
    assert.equal(judged.filter(({ kind }) => kind === "right").length, new Set(common).size);
  }
});

test("a comparison names every mistake in words, with what gold has", () => {
  const text = "Ada Lovelace met Babbage in London near the Thames";
  const gold = [at(0, 12, "person"), at(17, 24, "person"), at(28, 34, "city"), at(44, 50, "river")];
  const predicted = [
    { ...at(0, 3, "person"), score: 0.91 },
    at(17, 24, "person"),
    at(28, 34, "country"),
    at(35, 39, "city"),
  ];
  const shown = compareEntities(text, gold, predicted, { title: "one sentence" });
  assert.equal(
    shown.toString(),
    [
      "one sentence",
      "[Ada | ↔ wrong boundary: person .91, gold “Ada Lovelace”] Lovelace met [Babbage | ✓ right: person] in [London | ≠ wrong type: country, gold city] [near | + spurious: city] the [Thames | ○ missed: river]",
      "1 right of 4 predicted, 4 gold: precision 25 %, recall 25 %, F1 25 %",
    ].join("\n"),
  );
  const html = String(shown.bundle["text/html"]);
  for (const word of ["wrong boundary: 1", "right: 1", "wrong type: 1", "spurious: 1", "missed: 1"])
    assert.ok(html.includes(word), word);
  assert.throws(() => compareEntities("abc", [at(0, 9, "x")], []), /compareEntities, gold: got the span 0\.\.9/);
});

test("a record is compared in its words; gold of types that are not asked is left out", () => {
  const record = {
    tokens: ["Ada", "met", "Babbage", "in", "London"],
    ner: [
      [0, 0, "person"],
      [2, 2, "person"],
      [4, 4, "city"],
    ] as [number, number, string][],
  };
  const predicted = [{ start: 0, end: 0, label: "person", score: 0.9 }];
  assert.equal(
    compareRecord(record, predicted, { types: ["person"] }).toString(),
    "[Ada | ✓ right: person .90] met [Babbage | ○ missed: person] in London\n1 right of 1 predicted, 2 gold: precision 100 %, recall 50 %, F1 67 %",
  );
});
