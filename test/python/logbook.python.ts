/** A report's logbook as Trackio itself reads it. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { reportPage, writeLogbook } from "../../lib/audit/report/logbook";
import { runReport } from "../../lib/audit/report/of-run";
import { cacheFolder } from "../../lib/backend";
import { run } from "../../lib/backend/install/run";
import { type Environment, ensureVenv, venvProgram } from "../../lib/cli/setup/venv";
import { readManifest } from "../../lib/provenance/manifest";
import { ROOT } from "../tiny";

const TRACKIO: Environment = {
  folder: cacheFolder("python", "trackio-0.43.0"),
  name: "Trackio",
  requirements: ["trackio==0.43.0"],
  cost: "200 MB, a minute",
};

test("every section is a cell of Trackio's, with its text", async () => {
  const folder = mkdtempSync(join(tmpdir(), "logbook-"));
  try {
    await ensureVenv((line) => process.stderr.write(`${line}\n`), TRACKIO);
    const report = runReport(readManifest(join(ROOT, "data", "checkpoint", "manifest.json")), []);
    const page = reportPage(report, new Map());
    writeLogbook(folder, "A report", [page], "2026-01-01T00:00:00.000Z");
    const script = join(ROOT, "test", "python", "logbook.py");
    const read = JSON.parse(await run(venvProgram("python", TRACKIO), [script, folder])) as {
      title: string;
      pages: { title: string; cells: object[] }[];
    };
    assert.equal(read.title, "A report");
    assert.equal(read.pages[0].title, report.title);
    assert.deepEqual(
      read.pages[0].cells,
      page.cells.map(({ title, body }) => ({ type: "markdown", title, body })),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
