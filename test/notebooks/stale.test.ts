/** No output is older than what it was made of: cells, the code that they name, the data that they read. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { PROJECT_ROOT } from "../../lib/kernel/project";
import { cellsHash, codeFiles, madeOf, staleness } from "../../lib/kernel/runner/made-of";
import { type Cell, type Notebook, readNotebook } from "../../lib/kernel/runner/nbformat";
import { CHAPTERS } from "../../lib/notebook/course/spine";

/**
 * Not executed since outputs carry a record of what they were made of. A name leaves the list when its notebook is executed;
 * the list only shrinks, and goes when it is empty.
 */
const NOT_YET: readonly string[] = ["02-preprocessing", "03-the-model"];

test("what is excused has no record yet", () => {
  for (const name of NOT_YET)
    assert.equal(readNotebook(join(PROJECT_ROOT, "notebooks", `${name}.ipynb`)).metadata.workbook, undefined, name);
});

for (const { name } of CHAPTERS.filter((chapter) => !NOT_YET.includes(chapter.name)))
  test(`${name}: its outputs are of today's cells, code and data`, () => {
    const notebook = readNotebook(join(PROJECT_ROOT, "notebooks", `${name}.ipynb`));
    const again = `node lib/cli/launch.cjs workbook ${name} --out notebooks --no-html`;
    assert.deepEqual(staleness(notebook), [], `${name} is old; run \`${again}\``);
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
