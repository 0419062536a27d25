import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { runGolden } from "./golden";

test("every fixture that Python made is reproduced", async () => {
  const { passed, failed } = await runGolden(join(__dirname, "..", "..", "test", "golden"), () => undefined);
  assert.deepEqual(failed, []);
  assert.ok(passed.length >= 60, `${passed.length} fixtures`);
});

test("a fixture that nobody checks is an error", async () => {
  const folder = mkdtempSync(join(tmpdir(), "golden-"));
  mkdirSync(join(folder, "lstm"));
  writeFileSync(join(folder, "lstm", "surprise.txt"), "?");
  const { failed } = await runGolden(folder, () => undefined);
  rmSync(folder, { recursive: true });
  assert.deepEqual(
    failed.map(({ path }) => path),
    ["lstm/surprise.txt"],
  );
});
