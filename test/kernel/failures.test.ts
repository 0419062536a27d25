/** What a cell that fails says, and what it leaves behind: in a real kernel. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pickDeclarations } from "../../lib/kernel/compile/declarations";
import { PROJECT_ROOT } from "../../lib/kernel/project";
import { KernelClient } from "../../lib/kernel/runner/client";
import type { Output } from "../../lib/kernel/runner/nbformat";
import { OutputCollector } from "../../lib/kernel/runner/outputs";

let kernel: KernelClient;

before(async () => {
  kernel = await KernelClient.start({ folder: join(PROJECT_ROOT, "notebooks") });
});
after(() => kernel.shutdown());

interface Ran {
  outputs: Output[];
  /** The number in the cell's brackets. */
  count: number;
}
async function run(...lines: string[]): Promise<Ran> {
  const collector = new OutputCollector(new Map());
  const { content } = await kernel.execute(lines.join("\n"), (message) => collector.take(message));
  return { outputs: collector.outputs, count: Number(content.execution_count) };
}

/** The error of a cell that must fail; its colours are left out. */
async function failure(...lines: string[]): Promise<{ title: string; stack: string; count: number }> {
  const { outputs, count } = await run(...lines);
  const error = outputs.at(-1);
  assert.ok(error?.output_type === "error", JSON.stringify(outputs));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are written with the escape character
  const stack = error.traceback.join("\n").replace(/\u001b\[[\d;]*m/g, "");
  return { title: `${error.ename}: ${error.evalue}`, stack, count };
}

/** The plain text of a cell's result. */
async function result(...lines: string[]): Promise<string> {
  const { outputs } = await run(...lines);
  const last = outputs.at(-1);
  assert.ok(last?.output_type === "execute_result", JSON.stringify(outputs));
  return String(last.data["text/plain"]);
}

test("an error thrown in a function of an earlier cell names that cell's line and this cell's", async () => {
  const helper = await run(
    "// a line before",
    "",
    "function halve(n: number): number {",
    "  if (n % 2) throw new RangeError(n + ' is odd');",
    "  return n / 2;",
    "}",
  );
  const { title, stack, count } = await failure("const given = 7;", "halve(given)");
  assert.equal(title, "RangeError: 7 is odd");
  assert.match(stack, new RegExp(`at cell \\[${helper.count}\\], line 4: +if \\(n % 2\\) throw`));
  assert.match(stack, new RegExp(`at cell \\[${count}\\], line 2: +halve\\(given\\)`));
});

test("so do an awaited rejection, a rejected result and an async function of an earlier cell", async () => {
  const awaited = await failure("const x = 1;", "await (Promise.reject(new TypeError('no')));");
  assert.equal(awaited.title, "TypeError: no");
  assert.match(awaited.stack, /line 2: +await \(Promise/);
  assert.equal((await failure("Promise.reject(new Error('late'))")).title, "Error: late");
  const { count } = await run("async function fetchNothing() {", "  await null;", "  throw new Error('nothing');", "}");
  const { stack } = await failure("await fetchNothing()");
  assert.match(stack, new RegExp(`cell \\[${count}\\], line 3: +throw`));
});

test("a cell that does not parse names the line", async () => {
  assert.match((await failure("const a = 1;", "const = 2;")).stack, /line 2: .*expected/);
  assert.match((await failure("function f() {", "  return 1;")).stack, /line 2: '}' expected/);
  assert.match((await failure("const s = 'open;")).stack, /line 1: Unterminated string literal/);
});

test("whatever is thrown is shown: texts, numbers, nothing, objects that fight back", async () => {
  const thrown = ["'a text'", "42", "null", "undefined", "{ code: 5 }", "Symbol('s')", "10n"];
  const shown = ["'a text'", "42", "null", "undefined", "{ code: 5 }", "Symbol(s)", "10n"];
  for (const [at, value] of thrown.entries())
    assert.equal((await failure(`throw ${value};`)).title, `Thrown: ${shown[at]}`);
  const stubborn = 'throw { [Symbol.for("nodejs.util.inspect.custom")]() { throw new Error("never"); } };';
  assert.match((await failure(stubborn)).title, /cannot be printed \(never\)/);
  assert.match((await failure("class Late extends Error {}", "throw new Late('x');")).title, /^Late: x/);
  assert.equal(await result("1 + 1"), "2");
});

test("causes and the errors of an AggregateError are shown, a circle of causes once", async () => {
  const caused = await failure("throw new Error('outer', { cause: new TypeError('inner') });");
  assert.match(caused.stack, /caused by\nTypeError: inner\n +at cell/);
  const many = await failure("await Promise.any([Promise.reject(new Error('one')), Promise.reject('two')])");
  assert.match(many.stack, /1 of 2\nError: one[\s\S]*2 of 2\nThrown: 'two'/);
  const circle = await failure("const e: Error = new Error('round');", "e.cause = e;", "throw e;");
  assert.equal(circle.stack.match(/Error: round/g)?.length, 1);
});

test("a message of a megabyte is cut, and says by how much", async () => {
  const { title, stack } = await failure("throw new Error('x'.repeat(1_000_000));");
  assert.match(title, /^Error: x{10000}… \(990000 more characters\)$/);
  assert.ok(stack.length < 11_000);
  assert.match(stack, /line 1: +throw/);
  assert.ok((await failure("throw 'y'.repeat(1_000_000);")).title.length < 11_000);
});

test("a rejection that nobody waits for, and all of several, are the cell's error; so is a throw in a timer", async () => {
  const one = await failure(
    "async function unheard() {",
    "  await null;",
    "  throw new TypeError('unheard');",
    "}",
    "unheard();",
    "5",
  );
  assert.equal(one.title, "TypeError: unheard");
  assert.match(one.stack, /line 3: +throw[\s\S]*Nobody waited for a promise that failed: `await` it/);
  const all = await failure("[1, 2, 3].forEach(async (n) => { throw new RangeError('bad ' + n); });");
  assert.equal(all.title, "AggregateError: 3 failed: RangeError: bad 1; RangeError: bad 2; RangeError: bad 3");
  assert.match(all.stack, /1 of 3[\s\S]*bad 1\n +at cell[\s\S]*3 of 3[\s\S]*bad 3\n +at cell/);
  const both = await failure("void unheard();", "throw new Error('own');");
  assert.match(both.stack, /^Error: own\n[\s\S]*1 of 1 that nobody could catch\nTypeError: unheard/);
  const timer = await failure(
    "setTimeout(() => {",
    "  throw new Error('from a timer');",
    "}, 5);",
    "await new Promise((done) => setTimeout(done, 100));",
  );
  assert.match(timer.stack, /^Error: from a timer\n +at cell \[\d+\], line 2: +throw[\s\S]*A callback threw/);
});

test("a rejection that somebody does wait for, only later, is none", async () => {
  const cell = [
    "const failing = Promise.reject(new Error('caught'));",
    "await new Promise((done) => setTimeout(done, 20));",
    "await failing.catch((error: Error) => error.message);",
  ];
  assert.equal(await result(...cell), "'caught'");
});

test("what comes after a cell's end arrives under the next one, and says whose it is", async () => {
  const { count } = await run(
    "setTimeout(() => console.log('one\\ntwo'), 300);",
    "setTimeout(() => { throw new Error('late throw'); }, 320);",
    "void (async () => { await new Promise((done) => setTimeout(done, 340)); throw new Error('late reject'); })();",
    "0",
  );
  const { outputs } = await run("await new Promise((done) => setTimeout(done, 600));", "console.log('own');", "1");
  const text = outputs.map((output) => (output.output_type === "stream" ? output.text : "")).join("");
  const mark = `\\[cell ${count}, after its end\\]`;
  assert.match(text, new RegExp(`^${mark} one\n${mark} two\n`));
  assert.match(text, new RegExp(`${mark} a callback threw:\n${mark} .*late throw`));
  assert.match(text, new RegExp(`${mark} a promise was rejected and nobody waited for it:\n${mark} .*late reject`));
  assert.match(text, /^own$/m);
  assert.equal(outputs.at(-1)?.output_type, "execute_result");
});

test("what comes while no cell runs arrives under its own cell", async () => {
  const { outputs } = await run("void setTimeout(() => console.log('idle'), 20);");
  for (const end = Date.now() + 10_000; outputs.length === 0 && Date.now() < end; )
    await new Promise((done) => setTimeout(done, 50));
  assert.deepEqual(outputs, [{ output_type: "stream", name: "stdout", text: "idle\n" }]);
});

test("what a failed cell had assigned stays, with its type; what it had not come to is unknown", async () => {
  await failure(
    "import { splitWords, type Word } from '../lib';",
    "const early = 1;",
    "let words: Word[] = splitWords('a b');",
    "function twice(n: number) { return 2 * n; }",
    "class Made { x = 3 }",
    "throw new Error('x');",
    "const late = 2;",
  );
  assert.equal(await result("twice(early) + words.length + splitWords('a').length + new Made().x"), "8");
  assert.match((await failure("const wrong: string = early;")).stack, /'number' is not assignable to type 'string'/);
  assert.match((await failure("late")).stack, /Cannot find name 'late'/);
});

test("a name that a failed cell would have declared anew keeps value and type", async () => {
  await run("let kept = 'old'; const other = [1]; let changed = 1;");
  await failure("changed = 2;", "throw new Error('x');", "let kept = 5; class other {}");
  assert.equal(await result("kept.toUpperCase() + other.length + changed"), "'OLD12'");
  await failure("let kept = 5;", "throw new Error('x');");
  assert.equal(await result("kept + 1"), "6");
});

test("an interrupted cell keeps what it had assigned, in a synchronous loop and in an awaited one", async () => {
  for (const [name, loop] of [
    ["inSync", "for (;;) {}"],
    ["inAwait", "await new Promise(() => undefined);"],
  ]) {
    const collector = new OutputCollector(new Map());
    const cell = `let ${name} = 4;\nconsole.log("begun");\n${loop}\nlet unreached = 1;`;
    await kernel.execute(cell, (message) => {
      collector.take(message);
      if (message.type === "stream") kernel.interrupt();
    });
    assert.match(JSON.stringify(collector.outputs), /"ename":"Interrupted"/);
    assert.equal(await result(name), "4");
    assert.match((await failure("unreached")).stack, /Cannot find name 'unreached'/);
  }
});

test("an import that fails leaves nothing of its names", async () => {
  await failure("import { missing } from './no-such-file';");
  assert.match((await failure("missing")).stack, /Cannot find name 'missing'/);
});

test("declarations are picked by name, each form of them", () => {
  const text = `import a, { b, type C } from "x";
import * as d from "y";
declare let e: number, f: string;
declare function g(): void;
declare class H { }
interface I { }
type J = I;
declare enum K { L = 0 }
`;
  const pick = (...names: string[]): string =>
    pickDeclarations(text, (name) => names.includes(name))
      .replaceAll("\n", " ")
      .replace(/\s+/g, " ")
      .trim();
  assert.equal(pick("b", "f"), 'import { b } from "x"; declare let f: string;');
  assert.equal(pick("a", "C", "d"), 'import a, { type C } from "x"; import * as d from "y";');
  assert.equal(pick("g", "H", "K"), "declare function g(): void; declare class H { } declare enum K { L = 0 }");
  assert.equal(pick("I", "J"), "interface I { } type J = I;");
  assert.equal(pick(), "");
});
