/** What `trace` looks at before its work. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { verb } from "./verb";

const folder = mkdtempSync(join(tmpdir(), "trace-verb-"));
after(() => rmSync(folder, { recursive: true }));

test("a figure that cannot be written ends it before a model is loaded", () => {
  const words = ["--model", "none", "--data", "none", "--against", "none"];
  const ended = verb("trace", [...words, "--figure", join(folder, "missing", "a.png")]);
  assert.equal(ended.code, 1);
  assert.match(ended.err, /^trace: cannot write .*missing.a\.png: [^\n]+\n$/);
});
