/** Damaged files in numbers: COUNT of them (default 20,000), from SEED (default 1). */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fuzz } from "../weights/fuzz/run";

const { COUNT = "20000", SEED = "1" } = process.env;

test(`${COUNT} damaged files: each is refused in one sentence, or read as the oracle reads it`, async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "fuzz-"));
  const { refused, read, failures, slowest } = await fuzz(folder, Number(COUNT), Number(SEED));
  const peak = Math.round(process.resourceUsage().maxRSS / 1024);
  context.diagnostic(`${refused} refused, ${read} read, the slowest in ${slowest.toFixed(0)} ms, peak ${peak} MB`);
  assert.deepEqual(failures, [], `kept in ${folder}`);
  assert.equal(refused + read, Number(COUNT));
  assert.ok(peak < 1000);
  rmSync(folder, { recursive: true });
});
