/** A Python environment that was moved with its checkout: made again, or said. Real environments, made without a network. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { python } from "../../../lib/backend/install/run";
import { type Environment, ensureVenv, venvProgram } from "../../../lib/cli/setup/venv";
import { storedZip } from "../../backend/stored-zip";
import { withEnvironment } from "../../hub-server";

const scratch = mkdtempSync(join(tmpdir(), "workbook-venv-"));
after(() => rmSync(scratch, { recursive: true }));

/** A package whose program says its interpreter, as JupyterLab's programs name theirs in their first line. */
const wheel = join(scratch, "says_it-1.0-py3-none-any.whl");
before(() => {
  const info = "says_it-1.0.dist-info";
  writeFileSync(
    wheel,
    storedZip({
      "says_it.py": "import sys\ndef main(): print(sys.prefix)\n",
      [`${info}/METADATA`]: "Metadata-Version: 2.1\nName: says-it\nVersion: 1.0\n",
      [`${info}/WHEEL`]: "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
      [`${info}/entry_points.txt`]: "[console_scripts]\nsays-it = says_it:main\n",
      [`${info}/RECORD`]: "",
    }),
  );
});

const environmentIn = (checkout: string): Environment => ({
  folder: join(scratch, checkout, ".venv"),
  name: "Says It",
  requirements: [wheel],
  cost: "nothing",
});
const lines: string[] = [];
const ensure = (environment: Environment) => ensureVenv((line) => lines.push(line), environment);
const says = (environment: Environment) =>
  execFileSync(venvProgram("says-it", environment), { encoding: "utf8" }).trim();

test("a moved environment is made again; a second start makes nothing", {
  skip: !python() && "no Python on this machine",
}, async () => {
  const old = environmentIn("old");
  await ensure(old);
  assert.equal(says(old), old.folder);
  lines.length = 0;
  await ensure(old);
  assert.deepEqual(lines, []);
  renameSync(join(scratch, "old"), join(scratch, "new"));
  const moved = environmentIn("new");
  await withEnvironment({ WORKBOOK_OFFLINE: "1" }, async () => {
    await assert.rejects(
      ensure(moved),
      /forbids a download .*was made in another folder: the checkout was moved or copied/,
    );
  });
  await ensure(moved);
  assert.match(lines[0], /^making it anew \(.*was made in another folder/);
  assert.equal(says(moved), moved.folder);
});

test("so is a copy, which would run the programs of the checkout that it was copied from", {
  skip: !python() && "no Python on this machine",
}, async () => {
  const first = environmentIn("first");
  await ensure(first);
  cpSync(join(scratch, "first"), join(scratch, "copy"), { recursive: true, verbatimSymlinks: true });
  const copy = environmentIn("copy");
  assert.ok(readFileSync(venvProgram("says-it", copy), "utf8").includes(first.folder));
  await ensure(copy);
  assert.equal(says(copy), copy.folder);
  assert.equal(says(first), first.folder);
});
