/** The course holds together: every chapter says where one stands, every suspect has a chapter, every word of the glossary its place. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { PROJECT_ROOT } from "../../lib/kernel/project";
import { readNotebook } from "../../lib/kernel/runner/nbformat";
import { caseRows, chaptersOf } from "../../lib/notebook/course/casebook";
import { CHAPTERS, numberOf, whereYouAre } from "../../lib/notebook/course/spine";
import { datedSuspects, timelineEvents } from "../../lib/notebook/course/timeline";
import { readSuspect, suspectIds } from "../../lib/study/suspects/suspect";

const NOTEBOOKS = join(PROJECT_ROOT, "notebooks");
const cellsOf = (name: string) => readNotebook(join(NOTEBOOKS, `${name}.ipynb`)).cells;

test("the chapters are the notebooks", () => {
  const files = readdirSync(NOTEBOOKS).filter((file) => file.endsWith(".ipynb"));
  assert.deepEqual(files.map((file) => file.replace(".ipynb", "")).sort(), CHAPTERS.map(({ name }) => name).sort());
});

for (const { name } of CHAPTERS)
  test(`${name} says under its title where one stands`, () => {
    const [title] = cellsOf(name);
    assert.match(title.source, new RegExp(`^# ${numberOf(name)} `));
    assert.equal(title.source.split("\n")[2], whereYouAre(name));
  });

test("every suspect has a chapter, and every id of the casebook is a suspect", () => {
  const chapters = chaptersOf();
  assert.deepEqual([...chapters.keys()].sort(), suspectIds());
  const numbers = CHAPTERS.map(({ name }) => numberOf(name));
  for (const [id, of] of chapters) for (const one of of) assert.ok(numbers.includes(one), `${id} is in chapter ${one}`);
});

test("a suspect that is dated before a report, and only such a one, may explain it", () => {
  for (const { suspect, date } of datedSuspects()) {
    const { gap } = readSuspect(suspect);
    if (gap.includes("36")) assert.ok(date <= "2024-03-21", `${suspect} is of ${date}, after issue 36`);
    if (gap.includes("209")) assert.ok(date <= "2024-11-16", `${suspect} is of ${date}, after issue 209`);
  }
  for (const { suspects } of timelineEvents()) for (const id of suspects) readSuspect(id);
});

test("a line of the casebook says where its number is from, or why there is none", () => {
  for (const row of caseRows()) {
    assert.ok(row["known from"].length > 5, row.suspect);
    assert.match(row.worth, /^(unknown|[+-]\d+\.\d( \[[+-]\d+\.\d, [+-]\d+\.\d\]|, no interval))$/, row.suspect);
  }
});

test("links between notebooks, to the glossary and to headings lead somewhere", () => {
  const glossary = existsSync(join(NOTEBOOKS, "glossary.md"))
    ? readFileSync(join(NOTEBOOKS, "glossary.md"), "utf8")
    : "";
  const anchors = new Set([...glossary.matchAll(/^### (.+)$/gm)].map(([, word]) => anchorOf(word)));
  for (const { name } of CHAPTERS)
    for (const { cell_type, source, id } of cellsOf(name)) {
      if (cell_type !== "markdown") continue;
      for (const [, target] of source.matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^https?:/.test(target)) continue;
        const [file, anchor] = target.split("#");
        assert.ok(existsSync(join(NOTEBOOKS, file)), `${name}, ${id}: ${target}`);
        if (file === "glossary.md" && anchor) assert.ok(anchors.has(anchor), `${name}, ${id}: no word "${anchor}"`);
      }
    }
});

/** As GitHub, JupyterLab and the pages make them. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} -]/gu, "")
    .replaceAll(" ", "-");
