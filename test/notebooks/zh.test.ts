/** The Chinese chapters are the English ones: the same cells in the same order, the same code, the same outputs, the same numbers in prose. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { PROJECT_ROOT } from "../../lib/kernel/project";
import { readNotebook } from "../../lib/kernel/runner/nbformat";

const CHAPTERS = join(PROJECT_ROOT, "notebooks");
const CHINESE = join(CHAPTERS, "zh");

/** From a folder deeper the library and the data are a step further up. */
const deeper = (source: string) => source.replaceAll('"../lib"', '"../../lib"').replaceAll('"../data', '"../../data');

/** Scores, shares and dates of a text; counts of chapters and written-out numbers are words. */
const numbers = (text: string) => new Set(text.replace(/\]\([^)]*\)/g, "]").match(/\d*\.\d+/g) ?? []);

for (const name of readdirSync(CHINESE).filter((file) => file.endsWith(".ipynb")))
  test(`zh/${name} has the structure, the code and the outputs of the English chapter`, () => {
    const [english, chinese] = [CHAPTERS, CHINESE].map((folder) => readNotebook(join(folder, name)));
    assert.deepEqual(
      chinese.cells.map(({ id, cell_type }) => [id, cell_type]),
      english.cells.map(({ id, cell_type }) => [id, cell_type]),
    );
    for (const [at, cell] of english.cells.entries()) {
      const other = chinese.cells[at];
      if (cell.cell_type === "code") {
        assert.equal(other.source, deeper(cell.source), cell.id);
        assert.deepEqual(
          other.outputs,
          cell.outputs,
          `${cell.id}: node dist/test/notebooks/write-zh.js copies code and outputs`,
        );
        continue;
      }
      assert.match(other.source, /\p{Script=Han}/u, `${cell.id} is not Chinese`);
      for (const number of numbers(cell.source)) assert.ok(other.source.includes(number), `${cell.id} lacks ${number}`);
      for (const [, target] of other.source.matchAll(/\]\(([^)\s]+)\)/g))
        assert.ok(/^https?:/.test(target) || existsSync(join(CHINESE, target.split("#")[0])), `${cell.id}: ${target}`);
    }
  });

test("the glossaries have the same words in the same order", () => {
  const words = (folder: string) =>
    [...readFileSync(join(folder, "glossary.md"), "utf8").matchAll(/^### (.+)$/gm)].map(([, word]) => word);
  assert.ok(words(CHAPTERS).length > 30);
  assert.deepEqual(words(CHINESE), words(CHAPTERS));
});
