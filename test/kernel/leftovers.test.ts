/** What kernels leave behind: nothing. KERNELS=100 starts that many; 10 by default. */
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { PROJECT_ROOT } from "../../lib/kernel/project";
import { KernelClient } from "../../lib/kernel/runner/client";

const COUNT = Number(process.env.KERNELS ?? 10);
const AT_ONCE = 2;
const NOTEBOOKS = join(PROJECT_ROOT, "notebooks");
const givenTmp = process.env.TMPDIR;

/** Temporary folder of one test, its kernels' too: whatever they leave lies here, and other kernels' files do not. */
let scratch: string;

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "leftovers-"));
  process.env.TMPDIR = scratch;
});
afterEach(() => {
  if (givenTmp === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = givenTmp;
  rmSync(scratch, { recursive: true, force: true });
});

/** Every process, whoever its parent is by now, whose command names a connection file below the temporary folder. */
function kernelProcesses(): string[] {
  return commands().filter((command) => command.includes(join(scratch, "workbook-kernel-")));
}

function commands(): string[] {
  if (!existsSync("/proc/self/cmdline"))
    return execFileSync("ps", ["-axww", "-o", "command="], { encoding: "utf8" }).split("\n");
  const numbers = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return numbers.flatMap((pid) => {
    try {
      return [readFileSync(join("/proc", pid, "cmdline"), "utf8").replaceAll("\0", " ")];
    } catch (error) {
      // It ended while we looked.
      assert.ok(
        error instanceof Error && "code" in error && ["ENOENT", "ESRCH"].includes(String(error.code)),
        `${error}`,
      );
      return [];
    }
  });
}

/** One kernel's life: stopped as asked, after a cell or before any, or killed. */
async function live(number: number): Promise<void> {
  const kernel = await KernelClient.start({ folder: NOTEBOOKS });
  assert.ok(kernelProcesses().length > 0, "the list of processes does not show a kernel that runs");
  if (number % 2 === 0) assert.equal((await kernel.execute("1 + 1")).status, "ok");
  if (number % 5 === 4) await kernel.kill();
  else await kernel.shutdown();
}

test(`${COUNT} kernels started and stopped, ${AT_ONCE} at a time, leave no process and no file`, async (context) => {
  const start = performance.now();
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < COUNT) await live(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  assert.deepEqual(kernelProcesses(), []);
  assert.deepEqual(readdirSync(scratch), []);
  context.diagnostic(`${COUNT} kernels in ${((performance.now() - start) / 1000).toFixed(1)} s`);
});

/** A process that starts a kernel, says so when it answers, and stays. */
function startParent(): ChildProcess {
  const client = JSON.stringify(join(PROJECT_ROOT, "dist", "lib", "kernel", "client.js"));
  const script = `require(${client}).KernelClient.start({ folder: ${JSON.stringify(NOTEBOOKS)} }).then(async (kernel) => {
    void kernel.execute("const end = Date.now() + 60_000; while (Date.now() < end) {}");
    console.log("ready");
  })`;
  return spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
}

async function until(condition: () => boolean, ms: number): Promise<boolean> {
  for (const end = Date.now() + ms; Date.now() < end; await sleep(20)) if (condition()) return true;
  return condition();
}

test("a kernel, busy in a synchronous cell, leaves with its files within three seconds of its client's death", async () => {
  const parent = startParent();
  await new Promise((resolve) => parent.stdout?.once("data", resolve));
  assert.equal(kernelProcesses().length, 1);
  assert.deepEqual(readdirSync(scratch).length, 1);
  parent.kill("SIGKILL");
  assert.ok(await until(() => kernelProcesses().length === 0, 3_000), "the kernel outlived its client");
  assert.deepEqual(readdirSync(scratch), []);
});

test("so does a kernel whose client dies while it starts", async () => {
  const parent = startParent();
  assert.ok(await until(() => kernelProcesses().length === 1, 20_000));
  parent.kill("SIGKILL");
  assert.ok(await until(() => kernelProcesses().length === 0, 5_000), "the kernel outlived its client");
  assert.deepEqual(readdirSync(scratch), []);
});

test("a kernelspec whose program is gone is one sentence, and leaves nothing", async () => {
  const spec = join(mkdtempSync(join(scratch, "spec-")), "kernel.json");
  writeFileSync(spec, JSON.stringify({ argv: [join(scratch, "no-node"), "{connection_file}"] }));
  await assert.rejects(KernelClient.start({ folder: NOTEBOOKS, spec }), {
    name: "UserError",
    message: /the kernel cannot be started \(spawn .*no-node ENOENT\)/,
  });
  assert.ok(readdirSync(scratch).every((name) => name.startsWith("spec-")));
});
