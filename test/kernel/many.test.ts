/** Kernels started and stopped leave nothing behind: KERNELS=100 for the long form, 10 here. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { KernelClient } from "../../lib/kernel/client";
import { PROJECT_ROOT } from "../../lib/kernel/project";

const COUNT = Number(process.env.KERNELS ?? 10);

/** Ids of the processes that descend from this one. */
function descendants(): number[] {
  const lines = execFileSync("ps", ["-e", "-o", "pid=,ppid=,comm="], { encoding: "utf8" }).trim().split("\n");
  const rows = lines.map((line) => line.trim().split(/\s+/)).filter(([, , name]) => name !== "ps");
  const parents = new Map(rows.map(([pid, parent]) => [Number(pid), Number(parent)]));
  const below = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent === process.pid || (parent !== undefined && parent > 1 && below(parent));
  };
  return [...parents.keys()].filter(below);
}

test(`${COUNT} kernels, two at a time, one of four killed, leave no process and no file`, async () => {
  const scratch = mkdtempSync(join(tmpdir(), "workbook-many-"));
  const before = process.env.TMPDIR;
  process.env.TMPDIR = scratch;
  const processes = descendants().length;
  let waiting = Array.from({ length: COUNT }, (_, at) => at);
  const work = async () => {
    for (let at = waiting.shift(); at !== undefined; at = waiting.shift()) {
      const kernel = await KernelClient.start({ folder: join(PROJECT_ROOT, "notebooks") });
      if (at % 4 === 3) await kernel.kill();
      else {
        assert.equal((await kernel.execute(`${at} + 1`)).status, "ok");
        await kernel.shutdown();
      }
    }
  };
  try {
    await Promise.all([work(), work()]);
    assert.deepEqual(readdirSync(scratch), []);
    assert.equal(descendants().length, processes);
  } finally {
    waiting = [];
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    rmSync(scratch, { recursive: true });
  }
});
