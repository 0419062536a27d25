/**
 * Runs every chapter once, profile full, and writes its minutes and memory into docs/teaching/README.md:
 *
 *   node dist/test/notebooks/measure.js [NAME...]
 *
 * To be run on a machine that does nothing else; outputs of the notebooks are not kept.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { useBackend } from "../../lib/backend";
import { writeAtomically } from "../../lib/files/atomic";
import { PROJECT_ROOT } from "../../lib/kernel/project";
import { readNotebook } from "../../lib/kernel/runner/nbformat";
import { runNotebook } from "../../lib/kernel/runner/runner";
import { machineFacts } from "../../lib/machine";
import { CHAPTERS } from "../../lib/notebook/course/spine";
import { type Measured, withMeasures } from "./minutes";

const PAGE = join(PROJECT_ROOT, "docs/teaching/README.md");

async function main(): Promise<void> {
  const wanted = process.argv.slice(2);
  const names = CHAPTERS.map(({ name }) => name).filter(
    (name) => wanted.length === 0 || wanted.some((start) => name.startsWith(start)),
  );
  const measured: Measured[] = [];
  for (const name of names) {
    const path = join(PROJECT_ROOT, "notebooks", `${name}.ipynb`);
    const { ok, seconds, peakMb } = await runNotebook(readNotebook(path), { path, env: { WORKBOOK_PROFILE: "full" } });
    if (!ok)
      throw new Error(`a cell of ${name} failed; \`npm run -s workbook -- ${name} --out runs/book\` says which.`);
    process.stderr.write(`${name}: ${seconds.toFixed(0)} s, ${peakMb ?? "?"} MB\n`);
    measured.push({ name, seconds, peakMb });
  }
  const { processor, cores } = machineFacts();
  const where = `${new Date().toISOString().slice(0, 10)}, ${processor}, ${cores} cores, ${(await useBackend()).library}; one run of each, its kernel's start in it.`;
  writeAtomically(PAGE, withMeasures(readFileSync(PAGE, "utf8"), measured, where));
}

void main();
