/**
 * The tower of lib: data flows down a list of folders and never back up, and no two files import each other in a circle.
 * TypeScript and the launcher's .cjs files count alike, and `require`, `import()` and types as much as imports.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { againstTheFlow, circles, folderOf, type Imports, importsOf, LIB, ORDER, readImports } from "./house/imports";

const imports = readImports();

test("a folder of lib imports only from folders above it", () => {
  assert.ok(imports.size > 300, `${imports.size} files`);
  const unknown = [...imports.keys()].filter((file) => file.includes("/") && !ORDER.includes(folderOf(file)));
  assert.deepEqual(unknown, [], "folders that the design does not name");
  assert.deepEqual(againstTheFlow(imports), []);
});

test("no files of lib import each other in a circle", () => {
  assert.deepEqual(circles(imports), []);
});

test("the test sees an arrow against the flow and a circle, in .cjs files and by require too", () => {
  const planted: Imports = new Map([
    ["files/a.ts", importsOf('import { b } from "../backend/index";', "files/a.ts")],
    ["backend/index.ts", []],
    ["x.ts", ["y.cjs"]],
    ["y.cjs", ["x.ts"]],
  ]);
  assert.deepEqual(againstTheFlow(planted), ["files/a.ts imports backend/index.ts"]);
  assert.deepEqual(circles(planted), [["x.ts", "y.cjs"]]);
  assert.deepEqual(importsOf('const a = require("./launch.cjs");', "cli/launch.cjs"), ["cli/launch.cjs"]);
});

test("every file of lib says before its imports what it is", () => {
  const silent = [...imports.keys()].filter(
    (file) => file.endsWith(".ts") && !/^\/\*\*/.test(readFileSync(join(LIB, file), "utf8")),
  );
  assert.deepEqual(silent, []);
});
