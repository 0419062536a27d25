/** The questions of a first reader: every answer is there, file and cell or heading. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { PROJECT_ROOT } from "../../lib/kernel/project";
import { readNotebook } from "../../lib/kernel/runner/nbformat";
import { CHAPTERS } from "../../lib/notebook/course/spine";

const FOLDER = join(PROJECT_ROOT, "docs/teaching");
const linksOf = (file: string) =>
  [...readFileSync(join(FOLDER, file), "utf8").matchAll(/\[([^\]]*)\]\(([^)\s]+)\)/g)].map(([, text, target]) => ({
    text,
    target,
  }));

/** What a fragment may name: the cells of a notebook, the headings of a page. */
function anchorsOf(path: string): string[] {
  if (path.endsWith(".ipynb")) return readNotebook(path).cells.map(({ id }) => id);
  const headings = [...readFileSync(path, "utf8").matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading);
  return headings.map((heading) => heading.toLowerCase().replaceAll(" ", "-"));
}

for (const file of readdirSync(FOLDER).filter((name) => name.endsWith(".md")))
  test(`${file}: every link leads to a file, and to a cell or heading of it`, () => {
    for (const { text, target } of linksOf(file)) {
      if (/^https?:/.test(target)) continue;
      const [path, anchor] = target.split("#");
      assert.ok(existsSync(join(FOLDER, path)), `${text}: ${target}`);
      if (anchor) assert.ok(anchorsOf(join(FOLDER, path)).includes(anchor), `${text}: ${path} has no "${anchor}"`);
    }
  });

test("a link to a cell is called by its chapter and cell, and every chapter answers something", () => {
  const cells = linksOf("questions.md").filter(({ target }) => target.includes(".ipynb#"));
  for (const { text, target } of cells) {
    const [, number, cell] = /([^/-]+)-[^/]*\.ipynb#(.+)$/.exec(target) ?? [];
    assert.equal(text, `${number} ${cell}`);
  }
  for (const { name } of CHAPTERS)
    assert.ok(
      cells.some(({ target }) => target.includes(`${name}.ipynb`)),
      name,
    );
});
