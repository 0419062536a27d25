/** What a cell can import, in a real kernel of a folder elsewhere on the disk, with packages and files of the reader's own. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { Session } from "./session";

const root = realpathSync(mkdtempSync(join(tmpdir(), "workbook-imports-")));
const notebooks = join(root, "my notebooks");
let cells: Session;

function write(path: string, ...lines: string[]): void {
  const full = join(root, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, `${lines.join("\n")}\n`);
}

before(async () => {
  write(
    "node_modules/only-import/package.json",
    '{ "name": "only-import", "version": "1.0.0", "type": "module",',
    '  "exports": { ".": { "types": "./lib/index.d.ts", "import": "./lib/index.js" } } }',
  );
  // It awaits at its top: `require` loads no such module, whatever Node's version.
  write(
    "node_modules/only-import/lib/index.js",
    "const five = await Promise.resolve(5);",
    "export const plusFive = (n) => n + five;",
    "export default { name: 'only-import' };",
  );
  write(
    "node_modules/only-import/lib/index.d.ts",
    "/** Adds five. */",
    "export declare function plusFive(n: number): number;",
    "declare const _default: { name: string };",
    "export default _default;",
  );
  write("data.json", '{ "n": 2, "list": ["a"] }');
  write("src/deep/inner.ts", "export interface Inner { q: number }", "export const deep: number = 40;");
  write(
    "src/x.ts",
    'import { deep } from "./deep/inner";',
    'import data from "../data.json" with { type: "json" };',
    'import { plusFive } from "only-import";',
    "/** Forty and the number in the file. */",
    "export const sum = deep + data.n;",
    "export const five = () => plusFive(0);",
    "export const lazy = async () => (await import('./deep/inner')).deep;",
    "export const here = [import.meta.url, __dirname];",
    "export function fail(): never {",
    "  throw new RangeError('from x');",
    "}",
    'export { type Inner, deep as deeper } from "./deep/inner";',
  );
  write("my notebooks/esm.js", "export const js = 1;", "export default class Thing { n = js }");
  write("my notebooks/cjs.js", "module.exports = { joined: require('path').join('a', 'b') };");
  write("my notebooks/native.mjs", "export const native = import.meta.url.endsWith('native.mjs');");
  cells = await Session.start(notebooks);
});
after(async () => {
  await cells.close();
  rmSync(root, { recursive: true });
});

test("a TypeScript module outside the notebook's folder, with what it imports in turn", async () => {
  const code = 'import { sum, deeper, five, lazy, type Inner } from "../src/x";\nconst inner: Inner = { q: 1 };';
  assert.equal(await cells.result(`${code}\n[sum, deeper, five(), await lazy(), inner.q]`), "[ 42, 40, 5, 40, 1 ]");
  assert.equal(
    await cells.result(
      'import { here } from "../src/x.ts";\nhere[0].endsWith("/src/x.ts") && here[1].endsWith("/src")',
    ),
    "true",
  );
  assert.match(await cells.failure("const wrong: string = sum;"), /'number' is not assignable to type 'string'/);
  const stack = await cells.failure('import { fail } from "../src/x.js";\nfail()');
  assert.match(stack, /RangeError: from x\n +at fail \(x\.ts:10\)\n +at cell \[\d+\], line 2: +fail\(\)/);
});

test("JSON, with and without the attribute, has its own types", async () => {
  assert.equal(
    await cells.result('import data from "../data.json" with { type: "json" };\ndata.list[0].toUpperCase()'),
    "'A'",
  );
  assert.equal(await cells.result('import { n } from "../data.json";\nn'), "2");
  assert.equal(await cells.result('(await import("../data.json", { with: { type: "json" } })).default.n'), "2");
  assert.match(await cells.failure("data.nothing"), /'nothing' does not exist/);
});

test("what has changed on the disk comes anew, also behind another file", async () => {
  write(
    "src/deep/inner.ts",
    "export interface Inner { q: number }",
    "export const deep: number = 50;",
    "export const more = 'm';",
  );
  write("data.json", '{ "n": 3, "list": [], "extra": true }');
  const code =
    'import { sum } from "../src/x";\nimport { more } from "../src/deep/inner";\nimport data from "../data.json";';
  assert.equal(await cells.result(`${code}\n[sum, more, data.extra]`), "[ 53, 'm', true ]");
});

test("a file that is missing is named; once it is there it is read, and what is wrong in it is named with its line", async () => {
  const code = 'import { late } from "./late";\nlate';
  assert.match(await cells.failure(code), /line 1: Cannot find module '\.\/late'/);
  write("my notebooks/late.ts", "", "export const late: number = 'text';");
  assert.match(await cells.failure(code), /late\.ts line 2: Type 'string' is not assignable to type 'number'/);
  write("my notebooks/late.ts", "export const late: number = 7;");
  assert.equal(await cells.result(code), "7");
});

test("a package that is exported to `import` alone, at the top and inside", async () => {
  const code = 'import it, { plusFive } from "only-import";\nimport * as all from "only-import";';
  assert.equal(
    await cells.result(`${code}\n[it.name, plusFive(1), Object.keys(all).length]`),
    "[ 'only-import', 6, 2 ]",
  );
  assert.equal(await cells.result('const { plusFive: plus } = await import("only-import");\nplus(2)'), "7");
  assert.equal(await cells.printed('console.log((await import("only-import")).default.name)'), "only-import\n");
  assert.match(await cells.failure('plusFive("1")'), /'string' is not assignable to parameter of type 'number'/);
});

test("JavaScript of every kind beside the notebook, and packages that only the project has", async () => {
  assert.equal(await cells.result('import Thing, { js } from "./esm";\nnew Thing().n + js'), "2");
  assert.equal(await cells.result('import cjs, { joined } from "./cjs.js";\n[cjs.joined, joined]'), "[ 'a/b', 'a/b' ]");
  assert.equal(await cells.result('import { native } from "./native.mjs";\nnative'), "true");
  assert.equal(await cells.result('import { parse } from "yaml";\nparse("a: 1").a'), "1");
  // Written as an ES module, without types of its own.
  assert.equal(await cells.result('import { rgb } from "d3-color";\nrgb(1, 2, 3).formatHex()'), "'#010203'");
  assert.equal(await cells.result('import { splitWords } from "gliner-workbook";\nsplitWords("a b").length'), "2");
  assert.equal(
    await cells.result(
      'import os, { cpus } from "node:os";\nimport * as path from "path";\n[os.cpus === cpus, path.join("a", "b")]',
    ),
    "[ true, 'a/b' ]",
  );
  assert.equal(await cells.result('const name = "./cjs.js";\n(await import(name)).joined'), "'a/b'");
  assert.match(
    await cells.failure('import x from "not-installed-at-all";'),
    /Cannot find module 'not-installed-at-all'/,
  );
  assert.match(await cells.failure('require("not-installed-at-all")'), /Cannot find module 'not-installed-at-all'/);
});

test("a file that awaits at its top is refused with the way out; an .mjs file that has changed comes anew", async () => {
  write("my notebooks/awaits.ts", "export const late = await Promise.resolve(1);");
  assert.match(
    await cells.failure('import { late } from "./awaits";'),
    /awaits\.ts awaits outside every function.*export an async function/,
  );
  write("my notebooks/counts.mjs", "export const count = 1;");
  assert.equal(await cells.result('import { count } from "./counts.mjs";\nconst read = () => count;\nread()'), "1");
  write("my notebooks/counts.mjs", "export const count = 2; // changed");
  assert.equal(await cells.result('import { count } from "./counts.mjs";\nread()'), "2");
});

test("a cell may be a module of a name, and may say what is there already", async () => {
  assert.deepEqual(await cells.outputs("/** @module named */\nexport const inside: number = 9;"), []);
  assert.equal(await cells.result('import { inside } from "./named";\ninside'), "9");
  assert.match(
    await cells.failure("/** @module broken */\nexport const inside: number = 'x';"),
    /line 2: Type 'string'/,
  );
  await cells.outputs(
    "let kept = 5;\ndeclare function setImmediate(f: () => void): number;\ndeclare let missing: number;",
  );
  assert.equal(
    await cells.result("declare let kept: number;\n[kept, typeof setImmediate, typeof missing]"),
    "[ 5, 'function', 'undefined' ]",
  );
});

test("`export` in a pasted cell declares, and the value of a default export is the result", async () => {
  const pasted = [
    'import { readFileSync } from "fs"',
    "export interface Options { size: number }",
    "export const enum Level { Low = 1 }",
    "export const size = 3, { a, b } = { a: 1, b: 2 };",
    "export function grow(options: Options) { return options.size + size }",
    "export abstract class Shape { abstract area(): number }",
    "export default async function main() { return grow({ size: 1 }) }",
    "export { size as other }; export type { Options as O };",
    'export * from "../src/x";',
  ];
  assert.deepEqual(await cells.outputs(pasted.join("\n")), []);
  assert.equal(
    await cells.result("[size, a, b, Level.Low, await main(), typeof readFileSync]"),
    "[ 3, 1, 2, 1, 4, 'function' ]",
  );
  assert.equal(await cells.result("class Square extends Shape { area() { return 4; } }\nnew Square().area()"), "4");
  assert.equal(await cells.result("const c = a\nexport default { c }"), "{ c: 1 }");
  assert.equal(await cells.result("export default (n: number) => n"), "[Function (anonymous)]");
  assert.equal(await cells.result("module.exports = { size };\nmodule.exports"), "{ size: 3 }");
});

test("a cell knows where it is", async () => {
  const url = "const at = new URL('./cjs.js', import.meta.url);\nrequire('fs').existsSync(at)";
  assert.equal(await cells.result(url), "true");
  assert.equal(
    await cells.result(
      "[__dirname === import.meta.dirname, __dirname.endsWith('my notebooks'), __filename.startsWith(__dirname)]",
    ),
    "[ true, true, true ]",
  );
  assert.equal(await cells.result("import.meta.resolve('./cjs.js').startsWith('file:')"), "true");
});

test("`using` gives back at the end of its block and of its cell, in order, and with await", async () => {
  await cells.outputs(
    "class Lock { constructor(readonly name: string) {} [Symbol.dispose]() { console.log('back', this.name); } }",
    "class Late { async [Symbol.asyncDispose]() { await null; console.log('late'); } }",
  );
  assert.equal(
    await cells.printed("{ using a = new Lock('a'); console.log('in'); }\nconsole.log('out');"),
    "in\nback a\nout\n",
  );
  assert.equal(
    await cells.printed("using b = new Lock('b'), c = new Lock('c');\nconsole.log(b.name);"),
    "b\nback c\nback b\n",
  );
  assert.equal(await cells.printed("await using d = new Late();\nconsole.log('cell');"), "cell\nlate\n");
  assert.equal(await cells.result("b.name"), "'b'");
});

test("what Node 20 has, TypeScript knows", async () => {
  assert.equal(
    await cells.result("[[3, 1].toSorted(), [1, 2, 3].findLast((n) => n < 3), [1].with(0, 2), [1, 2].toReversed()]"),
    "[ [ 1, 3 ], 2, [ 2 ], [ 2, 1 ] ]",
  );
  assert.equal(await cells.result("const sizes = { a: 1 } satisfies Record<string, number>;\nsizes.a"), "1");
});

test("completion and hover know what was imported, and what a cell with `export` is about to declare", async () => {
  const hover = async (code: string): Promise<string> => {
    const { data } = await cells.ask("inspect_request", { code, cursor_pos: code.length, detail_level: 0 });
    return JSON.stringify(data);
  };
  assert.match(await hover("plusFive"), /plusFive\(n: number\): number.*Adds five\./);
  assert.match(await hover("sum"), /sum: number.*Forty and the number in the file\./);
  assert.match(await hover("export const fresh = 1;\nfresh"), /const fresh: 1/);
  const code = 'import { plu } from "only-import"';
  const { matches } = await cells.ask("complete_request", { code, cursor_pos: 12 });
  assert.deepEqual(matches, ["plusFive"]);
  const member = await cells.ask("complete_request", { code: "data.ex", cursor_pos: 7 });
  assert.deepEqual(member.matches, ["extra"]);
});
