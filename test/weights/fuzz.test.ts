import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fuzz } from "./fuzz/run";

test("2,000 damaged files: each is refused in one sentence, or read as the oracle reads it", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "fuzz-"));
  const { refused, read, failures, slowest } = await fuzz(folder, 2000, 1);
  context.diagnostic(`${refused} refused, ${read} read, the slowest in ${slowest.toFixed(0)} ms`);
  assert.deepEqual(failures, [], `kept in ${folder}`);
  assert.ok(refused > 1000 && read > 100, "both happen");
  assert.ok(process.memoryUsage().rss < 1e9);
  rmSync(folder, { recursive: true });
});
