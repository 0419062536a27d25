import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type Command, runCommand, whole } from "../../lib/cli/command";
import { UserError, usageError } from "../../lib/errors";

/** Runs a command in this process and takes its exit code back. */
async function exitCode(run: Command["run"], words: string[] = []): Promise<number> {
  const command: Command = { name: "probe", summary: "A probe.", usage: "", help: [], options: {}, run };
  await runCommand(command, words);
  const code = Number(process.exitCode ?? 0);
  process.exitCode = undefined;
  return code;
}

test("0 for a result, 1 for a failure or a fault, 2 for a wrong call, and what the verb itself set stays", async () => {
  assert.equal(await exitCode(async () => "fine"), 0);
  const failing = (error: Error) => exitCode(() => Promise.reject(error));
  assert.equal(await failing(new UserError("The disk is full.")), 1);
  assert.equal(await failing(usageError("--x is missing.")), 2);
  assert.equal(await failing(new TypeError("a fault of ours")), 1);
  assert.equal(await exitCode(async () => "never", ["--unknown"]), 2);
  const setting = async () => {
    process.exitCode = 1;
  };
  assert.equal(await exitCode(setting), 1);
});

test("--json holds the result; a failed verb writes none", async () => {
  const folder = mkdtempSync(join(tmpdir(), "command-"));
  const path = join(folder, "result.json");
  await exitCode(() => Promise.reject(new UserError("No.")), ["--json", path]);
  assert.ok(!existsSync(path));
  await exitCode(async () => ({ f1: 0.5 }), ["--json", path]);
  assert.deepEqual(JSON.parse(readFileSync(path, "utf8")), { f1: 0.5 });
  let ran = false;
  const run = async () => {
    ran = true;
  };
  assert.equal(await exitCode(run, ["--json", join(folder, "absent", "x.json")]), 2);
  assert.equal(ran, false, "the work was done before anybody looked where its result goes");
  rmSync(folder, { recursive: true });
});

test("counts are whole numbers", () => {
  assert.equal(whole({ limit: "3" }, "limit", 9, 1, 10), 3);
  assert.equal(whole({}, "limit", Number.POSITIVE_INFINITY, 1, 10), Number.POSITIVE_INFINITY);
  assert.throws(() => whole({ limit: "2.5" }, "limit", 9, 1, 10), /--limit got "2\.5", wanted a whole number/);
});

test("an option that is given twice is refused where only one could count; a value with a dash is told how to be written", async () => {
  const options = {
    one: { type: "string" },
    many: { type: "string", multiple: true },
    on: { type: "boolean" },
  } as const;
  const said = async (...words: string[]) => {
    const written: string[] = [];
    const write = process.stderr.write;
    process.stderr.write = (text) => written.push(String(text)) > 0;
    try {
      const command: Command = { name: "probe", summary: "", usage: "", help: [], options, run: async () => "fine" };
      await runCommand(command, words);
    } finally {
      process.stderr.write = write;
    }
    const code = Number(process.exitCode ?? 0);
    process.exitCode = undefined;
    return [code, written.join("")];
  };
  assert.deepEqual(await said("--many", "a", "--many", "b", "--on", "--on", "--one", "a"), [0, ""]);
  assert.deepEqual(await said("--one", "a", "--one=b"), [
    2,
    "probe: --one is given twice, and only one of the two could count; see `npm run -s probe -- --help`.\n",
  ]);
  assert.deepEqual(await said("--one", "-1"), [
    2,
    "probe: --one got what looks like another option; a value that begins with a dash is written --one=-1; see `npm run -s probe -- --help`.\n",
  ]);
  assert.throws(() => whole({ n: "0" }, "n", 1, 1, Number.POSITIVE_INFINITY), {
    message: '--n got "0", wanted a number from 1 on.',
  });
});
