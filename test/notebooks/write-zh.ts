/**
 * Copies code, tags and outputs of the English chapters into the Chinese ones, whose prose stays:
 *
 *   node dist/test/notebooks/write-zh.js
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { writeAtomically } from "../../lib/files/atomic";
import { PROJECT_ROOT } from "../../lib/kernel/project";
import { notebookText, readNotebook } from "../../lib/kernel/runner/nbformat";

const CHAPTERS = join(PROJECT_ROOT, "notebooks");

for (const name of readdirSync(join(CHAPTERS, "zh")).filter((file) => file.endsWith(".ipynb"))) {
  const english = readNotebook(join(CHAPTERS, name));
  const path = join(CHAPTERS, "zh", name);
  const prose = new Map(readNotebook(path).cells.map((cell) => [cell.id, cell.source]));
  const cells = english.cells.map((cell) => {
    if (cell.cell_type !== "code") return { ...cell, source: prose.get(cell.id) ?? cell.source };
    const source = cell.source.replaceAll('"../lib"', '"../../lib"').replaceAll('"../data', '"../../data');
    return { ...cell, source };
  });
  const { workbook: _, ...metadata } = english.metadata;
  writeAtomically(path, notebookText({ metadata, cells }));
}
