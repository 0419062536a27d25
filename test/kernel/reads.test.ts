/** A notebook's reads of data/ are noted, once each, and nothing else. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { PROJECT_ROOT } from "../../lib/kernel/project";

const folder = mkdtempSync(join(tmpdir(), "reads-"));
after(() => rmSync(folder, { recursive: true }));

const PROGRAM = `
require(${JSON.stringify(join(PROJECT_ROOT, "dist/lib/kernel/reads"))}).noteReads();
const fs = require("node:fs"), data = ${JSON.stringify(join(PROJECT_ROOT, "data"))};
fs.readFileSync(data + "/casebook.yaml");
fs.readFileSync(data + "/casebook.yaml", "utf8");
fs.closeSync(fs.openSync(data + "/timeline.yaml", "r"));
fs.readdirSync(data + "/suspects");
try { fs.readFileSync(data + "/results/no-such-file.json"); } catch {}
fs.readFileSync(${JSON.stringify(join(PROJECT_ROOT, "package.json"))});
fs.promises.readFile(data + "/models.json").then((bytes) => console.log(bytes.length > 10));`;

test("files and folders of data/ that are read by any way, also those that are not there", () => {
  const notes = join(folder, "notes");
  const out = execFileSync(process.execPath, ["-e", PROGRAM], { env: { ...process.env, WORKBOOK_READS: notes } });
  assert.equal(String(out).trim(), "true");
  assert.deepEqual(readFileSync(notes, "utf8").trim().split("\n"), [
    "casebook.yaml",
    "timeline.yaml",
    "suspects",
    "results/no-such-file.json",
    "models.json",
  ]);
});
