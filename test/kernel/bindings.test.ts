/** One binding a name for the whole notebook, in a real kernel: whoever uses a name, wherever, sees the newest. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Session } from "./session";

let cells: Session;
const folder = mkdtempSync(join(tmpdir(), "workbook-bindings-"));

before(async () => {
  cells = await Session.start(folder);
});
after(async () => {
  await cells.close();
  rmSync(folder, { recursive: true });
});

/** Runs cells one after the other. @returns the result of the last */
async function last(...sources: string[]): Promise<string> {
  for (const source of sources.slice(0, -1)) await cells.outputs(source);
  return cells.result(sources.at(-1) ?? "");
}

test("a name assigned in a later cell is the one that earlier functions use", async () => {
  const update = "let best = 0;\nfunction update(x: number) { if (x > best) best = x; return best; }\nupdate(5)";
  assert.equal(await last(update, "best = 0;\nupdate(3)"), "3");
  const add = "let items: number[] = [];\nconst add = (x: number) => items.push(x);\nadd(1);";
  assert.equal(await last(add, "items = [];\nadd(9)", "items"), "[ 9 ]");
});

test("a redefined function reaches earlier callers, also from within one cell and before its line", async () => {
  await cells.outputs("function word(): string { return 'old'; }\nconst call = () => word();");
  assert.equal(
    await cells.result("const first = call();\nfunction word() { return 'new'; }\nfirst + call()"),
    "'newnew'",
  );
  assert.equal(await last("const word = () => 'arrow';", "call()"), "'arrow'");
  assert.equal(
    await last("function fact(n: number): number { return n < 2 ? 1 : n * fact(n - 1); }", "fact(5)"),
    "120",
  );
  assert.equal(await last("const plain = fact;\nfunction fact(n: number): number { return -n; }", "plain(3)"), "-3");
  const earlier = "const before = fact;\nlet again = (n: number): number => n;";
  assert.equal(await last(earlier, "again = (n) => (n < 1 ? 0 : again(n - 1));\nagain(3)"), "0");
});

test("a redefined class reaches whoever makes one; a class knows itself by its own name", async () => {
  await cells.outputs("class Model { name() { return 'a'; } }\nconst make = () => new Model();\nconst old = make();");
  assert.equal(await cells.result("class Model { name() { return 'b'; } }\nmake().name() + old.name()"), "'ba'");
  const own = "class Own { static count = 2; static twice = Own.count * 2; copy() { return new Own(); } }";
  assert.equal(await last(own, "[Own.twice, new Own().copy() instanceof Own]"), "[ 4, true ]");
  const heir = "class Base { go() { return 1; } }\nclass Heir extends Base { field = Own.count; }\nnew Heir().go()";
  assert.equal(await last(heir, "Own.count = 7;\nnew Heir().field"), "7");
});

test("closures in promises, timers, generators and defaults see the newest", async () => {
  await cells.outputs("let step = 1;\nconst late = new Promise((done) => setTimeout(() => done(step), 300));");
  assert.equal(await cells.result("step = 2;\nawait late"), "2");
  await cells.outputs("const sleep = (ms = step) => new Promise((done) => setTimeout(() => done(ms), 5));");
  assert.equal(await cells.result("let step = 30;\nawait sleep()"), "30");
  await cells.outputs("function* steps() { yield step; yield step; }\nconst walk = steps();\nwalk.next();");
  assert.equal(await cells.result("step = 4;\nwalk.next().value"), "4");
  const after =
    "const was = step;\nawait null;\nstep = 5;\nconst then = await Promise.resolve().then(() => step);\n[was, then]";
  assert.equal(await cells.result(after), "[ 4, 5 ]");
});

test("every form of assignment reaches the one binding", async () => {
  await cells.outputs("let n = 1;\nconst read = () => n;");
  const forms: [code: string, value: number][] = [
    ["n += 4;", 5],
    ["n++;", 6],
    ["--n;", 5],
    ["n **= 2;", 25],
    ["n &&= 3;", 3],
    ["n = 0; n ||= 8;", 8],
    ["n = null; n ??= 9;", 9],
    ["[n] = [10];", 10],
    ["({ n } = { n: 11 });", 11],
    ["({ n = 12 } = {});", 12],
    ["({ a: n } = { a: 13 });", 13],
    ["[, ...[n]] = [0, 14];", 14],
    ["for (n of [1, 15]);", 15],
    ["for (n = 0; n < 16; n++);", 16],
    ["(() => { n = 17; })();", 17],
    ["await (async () => { await null; n = 18; })();", 18],
    ["const object = { set it(x: number) { n = x; } }; object.it = 19;", 19],
  ];
  for (const [code, value] of forms) assert.equal(await last(code, "read()"), String(value), code);
});

test("every form of declaration makes a name of the notebook", async () => {
  const all = [
    "const { a, b: [c = 3, ...d], ...e } = { a: 1, b: [undefined, 4], f: 5 };",
    "var g = 6; let h; enum Level { Low = 1, High = Low << 2, Top = Level.High + 1 }",
    "for (var i = 0, j = 0; i < 3; i++) j += i;",
    "if (a) { var k = 8; } for (var l of [8, 9]) { var m = l; }",
    "namespace Space { export const x = 10; export const more = () => x + a; }",
    "const enum Fixed { Ten = 10 }",
    "async function* flow() { yield a; }",
    "function tool() { return tool.size; } namespace tool { export const size = 11; }",
  ];
  await cells.outputs(all.join("\n"));
  assert.equal(await cells.result("[a, c, d, e, g, h]"), "[ 1, 3, [ 4 ], { f: 5 }, 6, undefined ]");
  assert.equal(await cells.result("[Level.Top, Level[4], i, j, k, l, m].join()"), "'5,High,3,3,8,9,9'");
  assert.equal(await cells.result("[Space.more(), Fixed.Ten, tool()]"), "[ 11, 10, 11 ]");
  assert.equal(await cells.result("for await (const x of flow()) h = x;\nh"), "1");
  assert.match(await cells.failure("j.nothing"), /'nothing' does not exist on type 'number'/);
});

test("what only looks like the name stays what it is", async () => {
  await cells.outputs("let name = 'outer'; let other = { name: 'inner' };");
  assert.equal(
    await cells.result("[other.name, { name: 1 }.name, { name }.name, typeof name]"),
    "[ 'inner', 1, 'outer', 'string' ]",
  );
  assert.equal(await cells.result("((name: string) => name)('given') + [1].map((name) => name)"), "'given1'");
  assert.equal(await cells.result("const { name: own } = other;\nown"), "'inner'");
  assert.equal(
    await cells.result("name: for (const x of [1, 2]) { for (const name of [x]) { if (name) continue name; } }\nname"),
    "'outer'",
  );
  assert.equal(
    await cells.result(
      "class Named { name = name; get() { return this.name; } static name2 = name; }\nnew Named().get()",
    ),
    "'outer'",
  );
  assert.equal(
    await cells.result("try { throw 'caught'; } catch (name) { other = { name }; }\nother.name"),
    "'caught'",
  );
});

test("functions keep their names, have no `this`, and a name may be one that objects inherit", async () => {
  await cells.outputs(
    "const arrow = () => 1; let later: () => number; later = () => 2;\nconst { inner = () => 3 } = {} as { inner?: () => number };",
  );
  assert.equal(await cells.result("[arrow.name, later.name, inner.name]"), "[ 'arrow', 'later', 'inner' ]");
  assert.equal(await cells.result("() => 1"), "[Function (anonymous)]");
  assert.equal(await cells.result("function self() { return this; }\nself() === undefined"), "true");
  assert.equal(
    await cells.result("const constructor = 3, toString = 4, __proto__ = 5;\n[constructor, toString, __proto__]"),
    "[ 3, 4, 5 ]",
  );
  assert.equal(await cells.result("constructor + toString"), "7");
});

test("a name may be declared anew with another type; a constant may not be assigned to", async () => {
  assert.equal(await last("let value = 1;", "let value = 'text';\nvalue.toUpperCase()"), "'TEXT'");
  assert.equal(await last("class value { x = 1 }", "new value().x"), "1");
  assert.equal(await last("interface Point { x: number }\nconst point: Point = { x: 1 };", "point.x"), "1");
  await cells.outputs("const fixed = 1;");
  assert.match(await cells.failure("fixed = 2;"), /line 1: Cannot assign to 'fixed' because it is a constant/);
  assert.match(
    await cells.failure("const twice = 1;\nconst twice = 2;"),
    /line 1: Cannot redeclare block-scoped variable/,
  );
});

test("an import is the module's own name until a cell assigns it, and the newest after a new import", async () => {
  const file = join(folder, "counter.ts");
  writeFileSync(file, "export let count = 0;\nexport function bump() { return ++count; }\n");
  await cells.outputs("import { bump, count } from './counter';\nconst seen = () => count;");
  assert.equal(await cells.result("bump();\nbump();\n[count, seen()]"), "[ 2, 2 ]");
  writeFileSync(file, "export let count = 50;\nexport function bump() { return (count += 10); }\n");
  assert.equal(await cells.result("import { bump, count } from './counter';\nbump();\nseen()"), "60");
  assert.equal(await last("let count = 'mine';", "seen()"), "'mine'");
  assert.equal(await cells.result("import * as all from './counter';\nall.count"), "60");
});
