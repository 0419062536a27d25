/** Exercises and questions: they tell right from wrong and nothing else. */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { check, digestOf } from "../../lib/notebook/check";
import { quiz } from "../../lib/notebook/quiz";

afterEach(() => {
  delete process.env.WORKBOOK_CHECKS;
});

const hint = "count the widths";

test("a digest tells right from wrong and neither shows the answer", () => {
  const digest = digestOf("spans", 1384);
  const [right, wrong] = [check("spans", 1384, { digest, hint }), check("spans", () => 1383, { digest, hint })];
  assert.equal(right.passed, true);
  assert.equal(wrong.passed, false);
  assert.match(right.toString(), /^✓ right · spans$/);
  assert.match(
    wrong.toString(),
    /✗ not yet · spans\n {2}the value is not the expected one\n {2}Hint: count the widths/,
  );
  assert.doesNotMatch(JSON.stringify(wrong.bundle) + digest, /1384/);
  assert.notEqual(digest, digestOf("other", 1384));
});

test("numbers count to their digits, whatever the last bit says", () => {
  const digest = digestOf("loss", 0.123449999);
  for (const answer of [0.12345, 0.1234, 0.12344, 0.1234499999])
    assert.equal(check("loss", answer, { digest, hint }).passed, true, String(answer));
  for (const answer of [0.1236, 1.234, -0.1234, Number.NaN, 0])
    assert.equal(check("loss", answer, { digest, hint }).passed, false, String(answer));
  assert.equal(check("n", 137.0000001, { digest: digestOf("n", 137), hint }).passed, true);
  assert.equal(check("n", 1e-7, { digest: digestOf("n", 1.00001e-7), hint }).passed, true);
  assert.equal(digestOf("n", -0), digestOf("n", 0));
});

test("lists, objects, typed arrays; what has no form is no answer", () => {
  const digest = digestOf("all", { b: [1, 0.5], a: "x", c: null });
  assert.equal(check("all", { a: "x", b: Float32Array.of(1, 0.5), c: null }, { digest, hint }).passed, true);
  assert.equal(check("all", { a: "x", b: [0.5, 1], c: null }, { digest, hint }).passed, false);
  assert.equal(check("all", () => () => 1, { digest, hint }).passed, false);
  assert.throws(() => digestOf("x", () => 1), /digestOf got a function, wanted/);
});

test("properties say which does not hold; what the answer throws is told", () => {
  const wanted = {
    holds: [
      ["it has three rows", (rows: number[][]) => rows.length === 3],
      ["every row sums to 1", (rows: number[][]) => rows.every(([a, b]) => a + b === 1)],
    ] as const,
    hint,
  };
  assert.match(
    check(
      "rows",
      [
        [0, 1],
        [1, 1],
      ],
      wanted,
    ).toString(),
    /it has three rows\n {2}every row sums to 1\n {2}Hint/,
  );
  assert.equal(
    check(
      "rows",
      [
        [0, 1],
        [1, 0],
        [0.5, 0.5],
      ],
      wanted,
    ).passed,
    true,
  );
  const throwing = check("rows", (): number[][] => JSON.parse("{"), wanted);
  assert.match(throwing.toString(), /your code threw SyntaxError/);
  assert.equal(throwing.passed, false);
  const other = check<number[][]>("rows", JSON.parse("5"), wanted);
  assert.match(other.toString(), /every row sums to 1 \(the test could not read your answer/);
});

test("nothing answered is open, not wrong; strict mode throws for all but right ones", () => {
  const digest = digestOf("n", 1);
  const open = check<number | undefined>("n", undefined, { digest, hint });
  assert.equal(open.passed, undefined);
  assert.match(open.toString(), /… open · n\n {2}not answered yet/);
  process.env.WORKBOOK_CHECKS = "strict";
  assert.throws(
    () => check("n", 2, { digest, hint }),
    /the exercise "n" is not right: the value is not the expected one/,
  );
  assert.throws(() => check<number | undefined>("n", undefined, { digest, hint }), /the exercise "n" has no answer/);
  assert.equal(check("n", 1, { digest, hint }).passed, true);
  assert.throws(() => check("n", 1, { hint }), /neither a digest nor properties/);
});

const CHOICES = [
  { text: "the seed", explain: "one run cannot tell", right: true },
  { text: "the weather", explain: "no" },
  { text: "the order of the data", explain: "as much as the initialisation", right: true },
];

test("a question: shown, answered in part, answered rightly", () => {
  const shown = quiz("What moves F1?", CHOICES);
  assert.equal(shown.passed, undefined);
  assert.match(String(shown.bundle["text/html"]), /<details><summary>Answer<\/summary>.*one run cannot tell/);
  assert.doesNotMatch(shown.toString(), /one run cannot tell/);
  assert.match(
    quiz("What moves F1?", CHOICES, "a").toString(),
    /✗ not yet .*\n {2}A ✓ one run cannot tell\n {2}Right so far; there is more\./,
  );
  assert.match(quiz("What moves F1?", CHOICES, "AB").toString(), /B ✗ no$/);
  assert.equal(quiz("What moves F1?", CHOICES, "c, a").passed, true);
  assert.throws(() => quiz("What moves F1?", CHOICES, "D"), /got the answer "D", wanted letters from A to C/);
  assert.throws(
    () => quiz("x", [{ text: "a", explain: "" }]),
    /1 choices, wanted 2 to 26 with at least one that is right/,
  );
});
