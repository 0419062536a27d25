/** What a learner writes runs; what is wrong stops with line and caret. In a real kernel, and by the same rules in an editor. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import ts from "typescript";
import { PROJECT_ROOT } from "../../lib/kernel/project";
import { Editor } from "./editor";
import { Session } from "./session";

const NOTEBOOKS = join(PROJECT_ROOT, "notebooks");
const CONFIG = join(NOTEBOOKS, "tsconfig.json");
let cells: Session;

before(async () => {
  cells = await Session.start(NOTEBOOKS);
});
after(() => cells.close());

/** Everyday cells: the code, and its last expression's text. */
const RUNS: [code: string, result: string][] = [
  ["const losses = [];\nlosses.push(.5);\nlosses", "[ 0.5 ]"],
  ["let best = null;\nconst x = 3;\nbest = x;\nbest", "3"],
  ["let message = '';\ntry { throw new Error('boom'); } catch (e) { message = e.message; }\nmessage", "'boom'"],
  ["[1, 2, 3].find((n) => n > 1).toFixed(1)", "'2.0'"],
  ["'a1'.match(/\\d/)[0]", "'1'"],
  ["const history = { loss: [] };\nhistory.loss.push(1);\nhistory", "{ loss: [ 1 ] }"],
  ["const counts = {};\nfor (const w of ['a', 'b', 'a']) counts[w] = (counts[w] ?? 0) + 1;\ncounts", "{ a: 2, b: 1 }"],
  ["const groups = new Map();\ngroups.set('a', []);\ngroups.get('a').push(1);\ngroups", "Map(1) { 'a' => [ 1 ] }"],
  ["function sum(a, b) { return a + b; }\nsum(1, 2)", "3"],
  ["function Point(x) { this.x = x; }\nnew Point(3).x", "3"],
  ["let rows = [];\nrows = [{ a: 1 }];\nrows.at(-1).a", "1"],
  ["class Box { size: number; label; }\nconst box = new Box();\nbox.size = 2;\nbox.size", "2"],
  ["const first: string = ['a'].find((s) => s === 'a');\nfirst.length", "1"],
  ["const found = new Map([['a', 1]]);\nfound.get('a') + 1", "2"],
  // Right under strict rules alone.
  [
    "type Outcome = { ok: true; value: number } | { ok: false; why: string };\nconst text = (o: Outcome) => {\n  if (!o.ok) return o.why;\n  return String(o.value);\n};\ntext({ ok: false, why: 'no' })",
    "'no'",
  ],
];

/** Wrong cells: the code, the line and the message, and what the caret points at. */
const STOPS: [code: string, line: number, message: RegExp, at: string][] = [
  [
    'import { splitWords } from "../lib";\nsplitWords(5)',
    2,
    /'number' is not assignable to parameter of type 'string'/,
    "5)",
  ],
  ['import { splitWords } from "../lib";\nsplitWords()', 2, /Expected 1.* arguments, but got 0/, "splitWords()"],
  ["const total = 1;\n\ntotl + 1", 3, /Cannot find name 'totl'/, "totl"],
  ["const sentence = 'a b';\nsentence.lenght", 2, /'lenght' does not exist on type '"a b"'/, "lenght"],
  ["let n: number = 1;\nn = 'two';", 2, /'string' is not assignable to type 'number'/, "n ="],
  ["function f(x: number) { return x; }\nf({})", 2, /not assignable to parameter of type 'number'/, "{})"],
  ["const o = { a: 1 };\no.b", 2, /Property 'b' does not exist/, "b"],
  ["new Date().getFullYear().toUpperCase()", 1, /'toUpperCase' does not exist on type 'number'/, "toUpperCase"],
];

test("what a learner writes runs", async () => {
  for (const [code, result] of RUNS) assert.equal(await cells.result(code), result, code);
});

test("an array that began empty, or a null, keeps taking what is put into it in later cells", async () => {
  await cells.outputs("const points = [];\nlet winner = null;");
  assert.equal(
    await cells.result("points.push(1);\npoints.push('two');\nwinner = { name: 'a' };\nwinner.name + points.length"),
    "'a2'",
  );
});

test("what is wrong stops, with the line and a caret under the place, and nothing of the cell has run", async () => {
  for (const [code, line, message, at] of STOPS) {
    const cell = `console.log("ran");\n${code}`;
    assert.equal((await cells.outputs(cell)).length, 1, code);
    const text = await cells.failure(cell);
    assert.match(text, new RegExp(`line ${line + 1}: `), text);
    assert.match(text, message, code);
    const shown = text.split("\n");
    const caret = shown.findIndex((each) => /^ +\^$/.test(each));
    assert.ok(shown[caret - 1].slice(shown[caret].indexOf("^")).startsWith(at), text);
  }
});

test("an editor that reads notebooks/tsconfig.json sees the same rules", () => {
  const { config, error } = ts.parseConfigFileTextToJson(CONFIG, readFileSync(CONFIG, "utf8"));
  assert.equal(error, undefined);
  const { options, errors } = ts.convertCompilerOptionsFromJson(config.compilerOptions, NOTEBOOKS, CONFIG);
  assert.deepEqual(errors, []);
  const editor = new Editor(options);
  // The last one needs the second opinion, which only the kernel asks for.
  for (const [at, [code]] of RUNS.slice(0, -1).entries())
    assert.deepEqual(editor.faults(editor.open(`runs${at}`, code)), [], code);
  for (const [at, [code, line, message]] of STOPS.entries()) {
    const [fault] = editor.faults(editor.open(`stops${at}`, code));
    assert.match(fault, new RegExp(`^line ${line}: `), code);
    assert.match(fault, message, code);
  }
});
