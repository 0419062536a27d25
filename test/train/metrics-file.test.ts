import assert from "node:assert/strict";
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { MetricsFile, readMetrics } from "../../lib/train/metrics-file";

const scratch = mkdtempSync(join(tmpdir(), "metrics-"));
after(() => rmSync(scratch, { recursive: true }));

test("going back drops the steps behind and the line that a crash cut", () => {
  const file = new MetricsFile(join(scratch, "metrics.jsonl"));
  for (let step = 1; step <= 6; step++) file.append({ step });
  appendFileSync(file.path, '{"step": 7, "lo');
  file.keepUntil(4);
  file.append({ step: 5 });
  assert.deepEqual(
    readMetrics(file.path).map(({ step }) => step),
    [1, 2, 3, 4, 5],
  );
  file.keepUntil(0);
  assert.equal(readFileSync(file.path, "utf8"), "");
});

test("a broken line in the middle is named, not dropped", () => {
  const path = join(scratch, "broken.jsonl");
  writeFileSync(path, '{"step":1}\n{"step"\n{"step":3}\n');
  assert.throws(() => new MetricsFile(path).keepUntil(2), { name: "UserError", message: /line 2: not JSON/ });
});

test("a full disk is one sentence", { skip: !existsSync("/dev/full") && "no /dev/full" }, () => {
  const path = join(scratch, "full.jsonl");
  symlinkSync("/dev/full", path);
  assert.throws(() => new MetricsFile(path).append({ step: 1 }), {
    name: "UserError",
    message: /cannot write .*ENOSPC/,
  });
});
