/** No output is older than what it was made of: cells, the code that they name, the data that they read. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { PROJECT_ROOT } from "../../lib/kernel/project";
import { cellsHash, codeFiles, madeOf, staleness } from "../../lib/kernel/runner/made-of";
import { type Cell, type Notebook, readNotebook } from "../../lib/kernel/runner/nbformat";
import { CHAPTERS } from "../../lib/notebook/course/spine";

/**
 * To be executed anew, on a machine that has the time: `npm run -s workbook -- NAME --out notebooks --no-html`. A name leaves the list when its
 * notebook is executed; the list only shrinks.
 */
const TO_EXECUTE: readonly string[] = [];

const stalenessOf = (name: string) => staleness(readNotebook(join(PROJECT_ROOT, "notebooks", `${name}.ipynb`)));

test("what is on the list is old", () => {
  for (const name of TO_EXECUTE)
    assert.notDeepEqual(stalenessOf(name), [], `${name} is not old: take it from the list`);
});

for (const { name } of CHAPTERS.filter((chapter) => !TO_EXECUTE.includes(chapter.name)))
  test(`${name}: its outputs are of today's cells, code and data`, () => {
    const again = `node lib/cli/launch.cjs workbook ${name} --out notebooks --no-html`;
    assert.deepEqual(stalenessOf(name), [], `${name} is old; run \`${again}\``);
  });

const code = (source: string): Cell => ({
  id: "a",
  cell_type: "code",
  metadata: {},
  source,
  outputs: [],
  execution_count: 1,
});
const notebookOf = (source: string, reads: string[]): Notebook => {
  const notebook = { metadata: {}, cells: [code(source)] };
  return { ...notebook, metadata: { workbook: madeOf(notebook, reads, "full") } };
};
const CELL = 'import { mean, type Scores, LstmTwins, table } from "../lib";\nmean([1]);';

test("names are followed through the library's door to their files; what only draws does not count", () => {
  assert.deepEqual(codeFiles(notebookOf(CELL, [])), [
    "lib/evaluate/scoring/metrics.ts",
    "lib/evaluate/statistics/mean.ts",
    "lib/laboratory/lstm-twins.ts",
  ]);
});

test("comments, wrapped lines and cells that are cut in two make nothing old; another word does", () => {
  const notebook = (...sources: string[]): Notebook => ({ metadata: {}, cells: sources.map(code) });
  const one = cellsHash(notebook("const a = [1, 2]; // two\ntable(a)"));
  assert.equal(cellsHash(notebook("/** A list. */\nconst a = [\n  1,\n  2,\n];", "table(a);")), one);
  assert.notEqual(cellsHash(notebook("const a = [1, 3];\ntable(a)")), one);
  assert.notEqual(cellsHash(notebook("const a = `x y`")), cellsHash(notebook("const a = `x  y`")));
});

test("a changed cell, file of code, file or folder of data is told by name", () => {
  const fresh = notebookOf(CELL, ["casebook.yaml", "suspects", "exercises.json"]);
  assert.deepEqual(staleness(fresh), []);
  assert.deepEqual(staleness({ ...fresh, cells: [code(`${CELL}\n1`)] }), ["its code cells have changed since it ran"]);
  const made = madeOf(fresh, ["casebook.yaml", "suspects"], "full");
  const planted = {
    ...made,
    code: { ...made.code, "lib/evaluate/statistics/mean.ts": "0" },
    data: { ...made.data, "data/suspects": "0", "data/no-such-file": "0" },
  };
  assert.deepEqual(staleness({ ...fresh, metadata: { workbook: planted } }), [
    "lib/evaluate/statistics/mean.ts has changed since it ran",
    "data/suspects has changed since it ran",
    "data/no-such-file has changed since it ran",
  ]);
  assert.deepEqual(staleness({ ...fresh, metadata: {} }), ["does not say what its outputs were made of"]);
});
