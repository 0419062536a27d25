/** `npm test`: what is tested with, the style, every test, one closing line. */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { platform, release, tmpdir } from "node:os";
import { join } from "node:path";
import { PROJECT_ROOT, useBackend } from "../backend";
import { run } from "../backend/install/run";
import { ensureVenv } from "../backend/install/venv";
import { UserError, usageError } from "../errors";
import { type Command, runCommand } from "./command";

/** How many tests of each outcome. */
interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** Two test files at a time: each may hold a model and a native thread pool. */
const CONCURRENCY = 2;

const test: Command = {
  name: "test",
  summary: "Checks the style and runs the tests; with words, only the test files whose path holds one of them.",
  usage: "[WORD...] [--json FILE]",
  help: [["WORD", "e.g. `backend` for dist/test/backend/*"]],
  options: {},
  allowPositionals: true,
  async run(_values, words) {
    const versions = await describeMachine();
    process.stdout.write(`${versions}\n\n`);
    const files = testFiles(words);
    await ensureJupyter();
    const style = (await inherit(join(PROJECT_ROOT, "node_modules/@biomejs/biome/bin/biome"), ["check", "."])) === 0;
    const counts = await runTests(files);
    const line = `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`;
    process.stdout.write(`\nstyle: ${style ? "clean" : "not clean"}\ntests: ${line}\n`);
    // The lines above have said everything: no further sentence.
    if (!style || counts.failed > 0) process.exitCode = 1;
    return { versions, style, ...counts };
  },
};

/** Results and speed depend on these, so a log begins with them. */
async function describeMachine(): Promise<string> {
  const { name, library, threads } = await useBackend();
  const npm = (await run("npm", ["--version"])).trim();
  return `Node ${process.versions.node}, npm ${npm}, ${platform()} ${release()}, backend ${name}: ${library}, ${threads} threads`;
}

/** The browser's tests need JupyterLab; where it cannot be had they say so and are skipped. */
async function ensureJupyter(): Promise<void> {
  try {
    await ensureVenv((line) => process.stdout.write(`${line}\n`));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stdout.write(`no JupyterLab: ${error.message}\nThe tests that need it are skipped.\n\n`);
  }
}

function testFiles(words: string[]): string[] {
  const folder = join(PROJECT_ROOT, "dist/test");
  const names = readdirSync(folder, { encoding: "utf8", recursive: true });
  const all = names.filter((name) => name.endsWith(".test.js")).sort();
  const chosen = words.length === 0 ? all : all.filter((name) => words.some((word) => name.includes(word)));
  if (chosen.length === 0)
    throw usageError(`no test file's path holds ${words.map((word) => `"${word}"`).join(" or ")}.`);
  return chosen.map((name) => join(folder, name));
}

/** Node's own runner, read twice: for people, and as TAP for the counts. */
async function runTests(files: string[]): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), "workbook-test-"));
  const tap = join(folder, "result.tap");
  try {
    const reporters = ["spec", "tap"].flatMap((name, i) => [
      `--test-reporter=${name}`,
      `--test-reporter-destination=${i === 0 ? "stdout" : tap}`,
    ]);
    const limits = [`--test-concurrency=${CONCURRENCY}`, ...timeLimit()];
    const code = await inherit("--test", [...limits, ...reporters, ...files]);
    const counts = readCounts(readFileSync(tap, "utf8"));
    if (code !== 0 && counts.failed === 0) throw new UserError(`the test runner itself ended with ${code}.`);
    return counts;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * What hangs may not hold up the rest for ever; no test that works comes near, on however busy a machine: six hours, which
 * Node takes for a whole file too. It knows the option since 20.11.
 */
function timeLimit(): string[] {
  const [major, minor] = process.versions.node.split(".").map(Number);
  return major > 20 || minor >= 11 ? ["--test-timeout=21600000"] : [];
}

/** The sums at the end of a TAP report. Files that were cut (cancelled) count as failed. */
export function readCounts(tap: string): Counts {
  const sum = (word: string) => Number(new RegExp(`^# ${word} (\\d+)$`, "m").exec(tap)?.[1] ?? 0);
  return { passed: sum("pass"), failed: sum("fail") + sum("cancelled"), skipped: sum("skipped") + sum("todo") };
}

/** Runs Node with our own input and output; without colour where a machine reads (CI=true). */
function inherit(first: string, args: string[]): Promise<number> {
  const { FORCE_COLOR: _colour, ...plain } = process.env;
  const env = process.env.CI ? { ...plain, NO_COLOR: "1" } : process.env;
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [first, ...args], { stdio: "inherit", cwd: PROJECT_ROOT, env });
    child.once("error", failed);
    child.once("exit", (code) => done(code ?? 1));
  });
}

if (require.main === module) runCommand(test);
