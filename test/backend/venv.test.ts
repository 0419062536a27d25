/** A Python environment that was moved with its checkout: made again, or said. Real environments, made without a network. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { python } from "../../lib/backend/install/run";
import { type Environment, ensureVenv, venvProgram } from "../../lib/backend/install/venv";
import { withEnvironment } from "../hub-server";
import { storedZip } from "./stored-zip";

const scratch = mkdtempSync(join(tmpdir(), "workbook-venv-"));
after(() => rmSync(scratch, { recursive: true }));

/** Packages whose programs say their interpreter, as JupyterLab's programs name theirs in their first line. */
const wheel = join(scratch, "says_it-1.0-py3-none-any.whl");
const second = join(scratch, "says_more-1.0-py3-none-any.whl");
before(() => {
  writeWheel(wheel, "says_it", "import sys\ndef main(): print(sys.prefix)\n");
  writeWheel(second, "says_more", "import says_it\nmain = says_it.main\n", "Requires-Dist: says-it\n");
});

function writeWheel(path: string, name: string, code: string, needs = ""): void {
  const info = `${name}-1.0.dist-info`;
  writeFileSync(
    path,
    storedZip({
      [`${name}.py`]: code,
      [`${info}/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0\n${needs}`,
      [`${info}/WHEEL`]: "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
      [`${info}/entry_points.txt`]: `[console_scripts]\n${name.replace("_", "-")} = ${name}:main\n`,
      [`${info}/RECORD`]: "",
    }),
  );
}

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

test("an environment on another has its packages, adds its own and leaves the other as it was", {
  skip: !python() && "no Python on this machine",
}, async () => {
  const below = environmentIn("below");
  const above: Environment = { ...environmentIn("above"), requirements: [second], on: below };
  await ensure(above);
  const more = (name: string) => execFileSync(venvProgram(name, above), { encoding: "utf8" }).trim();
  assert.equal(more("says-more"), above.folder);
  assert.equal(says(below), below.folder);
  assert.ok(!existsSync(venvProgram("says-it", above)), "what is beneath is not installed again");
  assert.ok(!existsSync(venvProgram("says-more", below)));
  lines.length = 0;
  await ensure(above);
  assert.deepEqual(lines, []);
});

test("and finds them where both were moved", { skip: !python() && "no Python on this machine" }, async () => {
  const on = { ...environmentIn("above"), requirements: [second], on: environmentIn("below") };
  await ensure(on);
  for (const name of ["above", "below"]) renameSync(join(scratch, name), join(scratch, `moved-${name}`));
  const moved = { ...environmentIn("moved-above"), requirements: [second], on: environmentIn("moved-below") };
  await ensure(moved);
  assert.equal(execFileSync(venvProgram("says-more", moved), { encoding: "utf8" }).trim(), moved.folder);
});

test("without a network, from a folder of wheels where pip is told to ask no index", {
  skip: !python() && "no Python on this machine",
}, async () => {
  const environment = { ...environmentIn("bundle"), requirements: ["says-more==1.0"] };
  await withEnvironment({ WORKBOOK_OFFLINE: "1", PIP_NO_INDEX: "" }, () =>
    assert.rejects(ensure(environment), /WORKBOOK_OFFLINE forbids a download/),
  );
  const wheels = { WORKBOOK_OFFLINE: "1", PIP_NO_INDEX: "1", PIP_FIND_LINKS: scratch };
  await withEnvironment(wheels, () => ensure(environment));
  assert.equal(says(environment), environment.folder);
});

test("two that want the same environment at once: one makes it, the other waits", {
  skip: !python() && "no Python on this machine",
}, async () => {
  const environment = environmentIn("wanted");
  lines.length = 0;
  await Promise.all([ensure(environment), ensure(environment)]);
  assert.equal(says(environment), environment.folder);
  assert.equal(lines.filter((line) => line.startsWith("installing Says It")).length, 1);
  assert.deepEqual(
    lines.filter((line) => line.includes("waiting")),
    [`process ${process.pid} is installing Says It: waiting for it`],
  );
  assert.ok(!existsSync(`${environment.folder}.lock`));
});
