/** What `worker` refuses before it makes anything. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { verb } from "./verb";

const folder = mkdtempSync(join(tmpdir(), "worker-verb-"));
after(() => rmSync(folder, { recursive: true }));

test("an address of another kind or a number of jobs that is none leaves no folder", () => {
  const out = join(folder, "out");
  for (const [words, sentence] of [
    [["--queue", "http://x"], /--queue got "http:\/\/x", wanted redis:/],
    [["--queue", "redis://x", "--jobs", "0"], /--jobs got "0", wanted a number from 1 to 1000/],
  ] as const) {
    const ended = verb("worker", [...words, "--out", out]);
    assert.equal(ended.code, 2, ended.err);
    assert.match(ended.err, sentence);
    assert.ok(!existsSync(out));
  }
});
