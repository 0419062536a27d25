/** `workbook` as others' scripts call it. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { verb } from "./verb";

const folder = mkdtempSync(join(tmpdir(), "workbook-verb-"));
after(() => rmSync(folder, { recursive: true }));

function notebook(name: string, source: string): string {
  const path = join(folder, name);
  const cell = { cell_type: "code", id: "one", metadata: {}, source, outputs: [], execution_count: null };
  const metadata = { kernelspec: { name: "tslab-workbook", language: "typescript" } };
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata, cells: [cell] }));
  return path;
}

test("where a cell failed --json says which one, and the exit code is 1", () => {
  const json = join(folder, "result.json");
  const path = notebook("fails.ipynb", "throw new Error('on purpose');");
  const ended = verb("workbook", [path, "--out", join(folder, "out"), "--no-html", "--json", json]);
  assert.equal(ended.code, 1, ended.err);
  assert.match(ended.err, /workbook: a cell failed in fails; the outputs so far are in /);
  const [{ ok, cells }] = JSON.parse(readFileSync(json, "utf8")).notebooks;
  assert.equal(ok, false);
  assert.deepEqual([cells[0].id, cells[0].status], ["one", "failed"]);
  assert.match(cells[0].message, /on purpose/);
});

test("two notebooks of one name, and options that --site would not heed, are refused", () => {
  const two = [notebook("a/same.ipynb", "1"), notebook("b/same.ipynb", "2")];
  const twice = verb("workbook", [...two, "--out", join(folder, "out")]);
  assert.equal(twice.code, 2, twice.err);
  assert.match(twice.err, /b.same\.ipynb is the second notebook that goes to .*same\.ipynb; give each name once\./);
  const site = verb("workbook", ["--site", "--profile", "quick", "--out", join(folder, "site")]);
  assert.equal(site.code, 2, site.err);
  assert.match(site.err, /--site runs nothing, got --profile beside it/);
});
