import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";

test("the picture of the house and the walks through it are what the code says", () => {
  const { status, stderr } = spawnSync(process.execPath, [join(__dirname, "main.js"), "--check"], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
});
