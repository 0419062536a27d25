/** Options of `study` that go with others only. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Values } from "../../lib/cli/command";
import { checkAhead } from "../../lib/cli/study-ahead";

test("an option that would be without effect is refused", () => {
  const refused = (values: Values, sentence: RegExp) =>
    assert.throws(() => checkAhead(values, ["lstm"]), { exitCode: 2, message: sentence });
  refused({ lease: "5" }, /^got --lease 5 without --queue/);
  refused({ compare: true, queue: "redis://x" }, /^--compare runs nothing, got --queue redis:\/\/x beside it/);
  refused({ compare: true, jobs: "2" }, /^--compare runs nothing, got --jobs 2 beside it/);
  refused({ estimate: true, record: true }, /^--estimate runs nothing, got --record beside it/);
  refused({ estimate: true, compare: true }, /^--estimate runs nothing, got --compare beside it/);
  refused({ power: true, queue: "redis://x" }, /^--power runs nothing, got --queue/);
  checkAhead({ compare: true, record: true }, ["lstm"]);
  checkAhead({ estimate: true, power: true, jobs: "2" }, ["lstm"]);
  checkAhead({ queue: "redis://x", lease: "5" }, ["lstm"]);
});
