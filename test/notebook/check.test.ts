/** Exercises and questions: they tell right from wrong and nothing else, and no file shows an answer. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, test } from "node:test";
import { readNotebook } from "../../lib/kernel/runner/nbformat";
import { check, judge, sealExercise } from "../../lib/notebook/check";
import { openOutput } from "../../lib/notebook/display";
import { openVerdict, questionOf, sealQuestion } from "../../lib/notebook/exercises";
import { quiz, quizOf } from "../../lib/notebook/quiz";
import { ROOT } from "../tiny";

afterEach(() => {
  delete process.env.WORKBOOK_CHECKS;
  openOutput(undefined);
});

const hint = "count the widths";

/** Whether an answer is right, of an exercise made here. */
const holds = (right: unknown, answer: unknown, digits?: number) =>
  judge("x", sealExercise("x", right, { hint, digits }), answer)?.length === 0;

test("a value is checked by id; a wrong one gets the hint, and neither shows the answer", () => {
  assert.match(check("lstm-parameters", 887_808).toString(), /^✓ right · lstm parameters$/);
  const wrong = check("lstm-parameters", () => 887_809);
  assert.equal(wrong.passed, false);
  assert.match(
    wrong.toString(),
    /✗ not yet · lstm parameters\n {2}the value is not the expected one\n {2}Hint: a direction/,
  );
  assert.doesNotMatch(JSON.stringify(wrong.bundle), /887808/);
  assert.throws(
    () => check("no-such", 1),
    /check got "no-such", wanted an id of data\/exercises\.json: .*lstm-parameters/,
  );
});

test("equal answers of two exercises look different, and so does one that is sealed twice", () => {
  const digests = [sealExercise("a", 1, { hint }), sealExercise("a", 1, { hint }), sealExercise("b", 1, { hint })];
  assert.equal(new Set(digests.map(({ digest }) => digest)).size, 3);
});

test("numbers count to their digits, whatever the last bit says", () => {
  for (const answer of [0.12345, 0.1234, 0.12344, 0.1234499999]) assert.ok(holds(0.123449999, answer), String(answer));
  for (const answer of [0.1236, 1.234, -0.1234, Number.NaN, 0]) assert.ok(!holds(0.123449999, answer), String(answer));
  assert.ok(holds(137, 137.0000001));
  assert.ok(holds(1.00001e-7, 1e-7));
  assert.ok(holds(-0, 0));
  assert.ok(!holds(0.123456, 0.123411, 6) && holds(0.123456, 0.123456, 6));
});

test("lists, objects, typed arrays; what has no form is no answer", () => {
  const right = { b: [1, 0.5], a: "x", c: null };
  assert.ok(holds(right, { a: "x", b: Float32Array.of(1, 0.5), c: null }));
  assert.ok(!holds(right, { a: "x", b: [0.5, 1], c: null }));
  assert.ok(!holds(right, () => () => 1));
  assert.throws(() => sealExercise("x", () => 1, { hint }), /an answer is a function, wanted/);
});

test("where many answers are right, the cell says what must hold, and a reader sees what does not", () => {
  const wanted = [
    ["at least three texts", (lengths: number[]) => lengths.length >= 3],
    ["every text has words", (lengths: number[]) => lengths.every((n) => n > 0)],
  ] as const;
  assert.equal(check("harmless-lengths", [7, 7, 7], wanted).passed, true);
  const wrong = check("harmless-lengths", [0], wanted).toString();
  assert.match(
    wrong,
    /at least three texts\n {2}every text has words\n {2}Hint: what does the backward direction read first/,
  );
  const other = check<number[]>("harmless-lengths", JSON.parse("5"), wanted);
  assert.match(other.toString(), /every text has words \(the test could not read your answer/);
  assert.equal(check<number[]>("harmless-lengths", undefined, wanted).passed, undefined);
  assert.throws(() => check("harmless-lengths", 1), /has no digest on file, wanted what must be true of an answer/);
});

test("nothing answered is open, not wrong; what the answer throws is told; strict mode throws for all but right ones", () => {
  assert.match(check("clipping").toString(), /… open · clipping\n {2}not answered yet/);
  const throwing = check("clipping", () => JSON.parse("{"));
  assert.match(throwing.toString(), /your code threw SyntaxError/);
  assert.equal(throwing.passed, false);
  process.env.WORKBOOK_CHECKS = "strict";
  assert.throws(() => check("clipping", 2), /the exercise "clipping" is not right: the value is not the expected one/);
  assert.throws(() => check("clipping"), /the exercise "clipping" has no answer/);
  assert.equal(check("clipping", 0.2).passed, true);
});

const CHOICES = [
  { text: "the seed", explain: "one run cannot tell", right: true },
  { text: "the weather", explain: "no, not indoors", right: false },
  { text: "the order of the data", explain: "as much as the initialisation", right: true },
];

test("a question: shown, answered in part, answered rightly", () => {
  const question = sealQuestion("x", "What moves F1?", CHOICES);
  const answer = (letters: string) => quizOf("x", question, letters);
  assert.equal(answer("").passed, undefined);
  assert.match(answer("").toString(), /What moves F1\?\n {2}A {2}the seed\n[\s\S]*Answer with quiz\("x", "A"\)/);
  assert.match(answer("a").toString(), /✗ not yet .*\n {2}A ✓ one run cannot tell\n {2}Right so far; there is more\./);
  assert.match(answer("AB").toString(), /B ✗ no, not indoors$/);
  assert.equal(answer("c, a").passed, true);
  for (const wrong of ["D", "é", "1"])
    assert.throws(() => answer(wrong), new RegExp(`got the answer "${wrong}", wanted letters from A to C`));
  assert.throws(
    () => sealQuestion("x", "?", CHOICES.slice(0, 1)),
    /1 choices, wanted 2 to 26 with at least one that is right/,
  );
  assert.throws(() => quiz("no-such"), /quiz got "no-such", wanted an id of data\/exercises\.json/);
});

test("what is stored holds no answer; before a reader a choice unfolds what is said of it, without a script", () => {
  const question = sealQuestion("x", "What moves F1?", CHOICES);
  const stored = JSON.stringify([question, quizOf("x", question, "").bundle]);
  for (const { explain } of CHOICES) assert.ok(!stored.includes(explain) && !stored.includes("right"), stored);
  openOutput({ display: () => undefined, interactive: true });
  const html = String(quizOf("x", question, "").bundle["text/html"]);
  assert.equal(html.match(/<details><summary/g)?.length, 3);
  assert.match(html, /<b>B<\/b> <bdi>the weather<\/bdi><\/summary><div[^>]*>✗ wrong: <bdi>no, not indoors<\/bdi>/);
  assert.doesNotMatch(html, /<script|onclick|javascript:/);
});

test("neither the notebooks nor the file of exercises shows what is said of a choice", () => {
  const file = readFileSync(join(ROOT, "data/exercises.json"), "utf8");
  const { questions } = JSON.parse(file) as { questions: Record<string, unknown> };
  const folder = join(ROOT, "notebooks");
  const notebooks = readdirSync(folder).filter((name) => name.endsWith(".ipynb"));
  const texts = [file, ...notebooks.map((name) => readFileSync(join(folder, name), "utf8"))];
  for (const id of Object.keys(questions)) {
    const question = questionOf(id);
    for (const at of question.choices.keys()) {
      // As JSON writes it, without the quotes.
      const said = JSON.stringify(openVerdict(id, question, at).explain).slice(1, -1);
      assert.ok(!texts.some((text) => text.includes(said)), `${id}: ${said}`);
    }
  }
});

test("every exercise and question of the notebooks is on file, and each is asked somewhere", () => {
  const { exercises, questions } = JSON.parse(readFileSync(join(ROOT, "data/exercises.json"), "utf8"));
  const folder = join(ROOT, "notebooks");
  const asked = new Set<string>();
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".ipynb")))
    for (const { source } of readNotebook(join(folder, name)).cells)
      for (const [, caller, id] of source.matchAll(/^(check|quiz)(?:<.*>)?\("([^"]+)"/gm)) asked.add(`${caller} ${id}`);
  const known = [
    ...Object.keys(exercises).map((id) => `check ${id}`),
    ...Object.keys(questions).map((id) => `quiz ${id}`),
  ];
  assert.deepEqual([...asked].sort(), known.sort());
});
