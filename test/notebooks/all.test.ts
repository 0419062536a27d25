/**
 * Every notebook of the workbook in the project's own runner, shortened: no cell may fail. A reader who has neither the
 * public corpora nor their mirror is the case that is tested; the solutions must pass their exercises' checks.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { PROJECT_ROOT } from "../../lib/kernel/project";
import { readNotebook } from "../../lib/kernel/runner/nbformat";
import { runNotebook } from "../../lib/kernel/runner/runner";

const NOTEBOOKS = join(PROJECT_ROOT, "notebooks");
const SOLUTIONS = join(NOTEBOOKS, "solutions");
const nowhere = join(PROJECT_ROOT, "no-such-folder");
const ENVIRONMENT = { WORKBOOK_PROFILE: "quick", WORKBOOK_CORPUS: nowhere, WORKBOOK_MIRROR: nowhere };

const list = (folder: string) =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith(".ipynb"))
        .map((name) => join(folder, name))
    : [];

async function runs(path: string, env: Record<string, string>): Promise<void> {
  const { ok, cells } = await runNotebook(readNotebook(path), { path, env: { ...ENVIRONMENT, ...env } });
  const bad = cells.filter(({ status }) => status !== "ok" && status !== "expected failure");
  assert.deepEqual(bad, []);
  assert.ok(ok);
}

for (const path of list(NOTEBOOKS))
  test(`${basename(path)} runs from its first cell to its last`, () => runs(path, {}));

for (const path of list(SOLUTIONS))
  test(`solutions/${basename(path)}: every answer passes`, () => runs(path, { WORKBOOK_CHECKS: "strict" }));
