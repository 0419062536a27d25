import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import { lock, refuseLocked, tryLock } from "../../lib/files/lock";
import { ROOT } from "../tiny";

const folder = mkdtempSync(join(tmpdir(), "workbook-lock-"));
const children = new Set<ChildProcess>();
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  children.clear();
});
after(() => rmSync(folder, { recursive: true }));

const module_ = JSON.stringify(join(ROOT, "dist/lib/files/lock.js"));

/** A process that tries to take a lock, says what came of it, and lives until it is killed. */
async function taker(path: string): Promise<{ child: ChildProcess; got: string }> {
  const script = `const taken = require(${module_}).tryLock(${JSON.stringify(path)});
    console.log(typeof taken === "number" ? "held by " + taken : "taken"); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  children.add(child);
  const [text] = await once(child.stdout, "data");
  return { child, got: String(text).trim() };
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}

test("what is taken is refused to another process and to this one, by its owner's number, until it is given back", async () => {
  const path = join(folder, "a.lock");
  const own = lock(path, "the run folder x");
  assert.equal((await taker(path)).got, `held by ${process.pid}`);
  const refused = new RegExp(
    `the run folder x is in use: process ${process.pid} is writing there; .*remove .*a\\.lock\\)`,
  );
  assert.throws(() => lock(path, "the run folder x"), refused);
  assert.throws(() => refuseLocked(path, "the run folder x"), refused);
  own.release();
  refuseLocked(path, "the run folder x");
  assert.equal((await taker(path)).got, "taken");
});

test("a process that ends gives its locks back; one that was killed leaves one that is taken over", async () => {
  const path = join(folder, "b.lock");
  const ended = spawn(process.execPath, ["-e", `require(${module_}).lock(${JSON.stringify(path)}, "x")`]);
  await once(ended, "exit");
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith("b.")),
    [],
  );
  const { child } = await taker(path);
  await kill(child);
  assert.match(readFileSync(path, "utf8"), new RegExp(`"pid":${child.pid},`));
  const own = tryLock(path);
  assert.ok(typeof own !== "number");
  own.release();
});

test("a number that was given away again, another start of the machine, an empty file: no owner; another machine: one", () => {
  const path = join(folder, "c.lock");
  const taken = tryLock(path);
  assert.ok(typeof taken !== "number");
  const mine = JSON.parse(readFileSync(path, "utf8"));
  taken.release();
  const stale = [
    ...(mine.begun ? [JSON.stringify({ ...mine, begun: "1" })] : []),
    ...(mine.boot ? [JSON.stringify({ ...mine, boot: "another" })] : []),
    "",
    "12345",
    "{}",
  ];
  for (const text of stale) {
    writeFileSync(path, text);
    const own = tryLock(path);
    assert.ok(typeof own !== "number", text);
    own.release();
  }
  writeFileSync(path, JSON.stringify({ ...mine, pid: 7, machine: "elsewhere" }));
  assert.equal(tryLock(path), 7);
});

test("of many that come at once to a dead owner's lock one has it", async () => {
  const path = join(folder, "d.lock");
  const { child } = await taker(path);
  await kill(child);
  const answers = await Promise.all(Array.from({ length: 6 }, () => taker(path)));
  assert.equal(answers.filter(({ got }) => got === "taken").length, 1);
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith("d.")),
    ["d.lock"],
  );
});

test("a lock that cannot be written is one sentence", () => {
  assert.throws(
    () => lock(join(folder, "none", "x.lock"), "the run folder y"),
    /^.*the run folder y cannot be locked: ENOENT/,
  );
});
