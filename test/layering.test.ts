/**
 * The tower of lib: data flows down a list of folders and never back up, and no two files import each other in a circle.
 * TypeScript and the launcher's .cjs files count alike, and `require`, `import()` and types as much as imports.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, posix, relative, sep } from "node:path";
import { test } from "node:test";

/** A folder imports only from itself, from those before it and from the files that stand in lib itself. */
const ORDER = [
  "files",
  "backend",
  "fused",
  "weights",
  "text",
  "data",
  "batch",
  "encoder",
  "model",
  "evaluate",
  "provenance",
  "train",
  "gliner",
  "study",
  "audit",
  "bench",
  "laboratory",
  "notebook",
  "kernel",
  "cli",
];

/** Circles that are still there; none may be added. */
const KNOWN: readonly string[][] = [
  ["backend/use.ts", "backend/wasm.ts"],
  [
    "batch/sampling/corpus-pool.ts",
    "batch/sampling/reshuffled-pool.ts",
    "batch/sampling/shared-pool.ts",
    "batch/sampling/source-pool.ts",
    "batch/sampling/sources.ts",
  ],
  ["data/formats/columns.ts", "data/formats/scheme-detection.ts"],
  ["data/inspect/findings.ts", "data/inspect/report.ts"],
  ["encoder/index.ts", "encoder/packed-bert.ts"],
  ["model/lstm/allennlp.ts", "model/lstm/index.ts", "model/lstm/naive.ts", "model/lstm/packed.ts"],
  ["backend/install/package-index.ts", "backend/install/wheel.ts"],
  ["weights/torch/instructions.ts", "weights/torch/pickle.ts"],
  ["gliner/recipe/settings-check.ts", "gliner/recipe/settings.ts"],
  ["notebook/chart.ts", "notebook/figure.ts"],
];

/** What the files in lib itself may import: each other. index.ts is the door and imports from everywhere. */
const DOOR = "index.ts";

const LIB = join(__dirname, "..", "..", "lib");

type Imports = Map<string, string[]>;

/** Every source file of lib with the files of lib that it imports, as paths below lib. */
function readImports(): Imports {
  const files = readdirSync(LIB, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|cjs)$/.test(entry.name) && !entry.name.endsWith(".d.ts"))
    .map((entry) =>
      relative(LIB, join(entry.parentPath ?? entry.path, entry.name))
        .split(sep)
        .join("/"),
    );
  return new Map(files.map((file) => [file, importsOf(readFileSync(join(LIB, file), "utf8"), file)]));
}

function importsOf(source: string, file: string): string[] {
  const paths = source.matchAll(/(?:\bfrom|\bimport|\brequire|\btypeof import)\s*\(?\s*"(\.[^"]+)"/g);
  return [...paths].flatMap(([, path]) => {
    const target = posix.join(posix.dirname(file), path);
    const found = [target, `${target}.ts`, `${target}/index.ts`].find(
      (name) => existsSync(join(LIB, name)) && statSync(join(LIB, name)).isFile(),
    );
    return found === undefined ? [] : [found];
  });
}

/** Imports that run back up: "FILE imports FILE". */
function againstTheFlow(imports: Imports): string[] {
  const floor = (file: string) => (file.includes("/") ? ORDER.indexOf(file.split("/")[0]) : -1);
  return [...imports].flatMap(([file, targets]) =>
    file === DOOR
      ? []
      : targets.filter((target) => floor(target) > floor(file)).map((target) => `${file} imports ${target}`),
  );
}

/** Groups of files that reach each other, each sorted (Tarjan's strongly connected components of more than one file). */
function circles(imports: Imports): string[][] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const open: string[] = [];
  const found: string[][] = [];
  const visit = (file: string): number => {
    const number = order.size;
    order.set(file, number);
    let least = number;
    open.push(file);
    for (const target of imports.get(file) ?? []) {
      if (!order.has(target)) least = Math.min(least, visit(target));
      else if (open.includes(target)) least = Math.min(least, order.get(target) ?? least);
    }
    low.set(file, least);
    if (least === number) {
      const group = open.splice(open.indexOf(file));
      if (group.length > 1) found.push(group.sort());
    }
    return least;
  };
  for (const file of imports.keys()) if (!order.has(file)) visit(file);
  return found;
}

const imports = readImports();

test("a folder of lib imports only from folders above it", () => {
  assert.ok(imports.size > 300, `${imports.size} files`);
  const unknown = [...imports.keys()].filter((file) => file.includes("/") && !ORDER.includes(file.split("/")[0]));
  assert.deepEqual(unknown, [], "folders that the design does not name");
  assert.deepEqual(againstTheFlow(imports), []);
});

test("no files of lib import each other in a circle", () => {
  const known = new Set(KNOWN.map(String));
  assert.deepEqual(
    circles(imports).filter((group) => !known.has(String(group))),
    [],
  );
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
