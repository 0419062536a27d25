import assert from "node:assert/strict";
import { test } from "node:test";
import { readCounts } from "../../lib/cli/test";

test("the closing line counts what Node's runner counts; a cut file is a failure", () => {
  const tap = "1..9\n# tests 9\n# suites 0\n# pass 5\n# fail 1\n# cancelled 1\n# skipped 2\n# todo 0\n";
  assert.deepEqual(readCounts(tap), { passed: 5, failed: 2, skipped: 2 });
});
