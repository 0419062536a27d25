/**
 * A notebook of the workbook and its solution in the project's own runner, shortened: no cell may fail, and seeded cells say what is stored. A reader who has neither
 * the public corpora nor their mirror is the case that is tested; the solution must pass its exercises' checks. A file a
 * notebook, so that one that fails or is slow says nothing of the others.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { PROJECT_ROOT } from "../../lib/kernel/project";
import { readNotebook } from "../../lib/kernel/runner/nbformat";
import { runNotebook } from "../../lib/kernel/runner/runner";
import { differences } from "./seeded";

const NOTEBOOKS = join(PROJECT_ROOT, "notebooks");
const nowhere = join(PROJECT_ROOT, "no-such-folder");
const ENVIRONMENT = { WORKBOOK_PROFILE: "quick", WORKBOOK_CORPUS: nowhere, WORKBOOK_MIRROR: nowhere };

/** For what hangs; the slowest cell needs two minutes on a quiet machine. */
const LIMIT = 4 * 3600 * 1000;

async function runs(path: string, env: Record<string, string>): Promise<void> {
  const options = { path, env: { ...ENVIRONMENT, ...env }, cellTimeoutMs: LIMIT };
  const stored = readNotebook(path);
  const { ok, cells, notebook } = await runNotebook(stored, options);
  const bad = cells.filter(({ status }) => status !== "ok" && status !== "expected failure");
  assert.deepEqual(bad, []);
  assert.ok(ok);
  assert.deepEqual(differences(stored, notebook), [], "seeded cells say something else than the stored notebook");
}

/** Declares the tests of a notebook. @param name as "00-start-here" */
export function runsThrough(name: string): void {
  test(`${name}.ipynb runs from its first cell to its last`, () => runs(join(NOTEBOOKS, `${name}.ipynb`), {}));
  const solution = join(NOTEBOOKS, "solutions", `${name}.ipynb`);
  if (existsSync(solution))
    test(`solutions/${name}.ipynb: every answer passes`, () => runs(solution, { WORKBOOK_CHECKS: "strict" }));
}
