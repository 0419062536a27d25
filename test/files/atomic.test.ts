import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { UserError } from "../../lib/errors";
import { AtomicFile, writeAtomically } from "../../lib/files/atomic";

const folder = mkdtempSync(join(tmpdir(), "workbook-atomic-"));
after(() => rmSync(folder, { recursive: true }));

test("until commit the old file stands, and discard leaves no trace", () => {
  const path = join(folder, "a.txt");
  writeFileSync(path, "old");
  const file = new AtomicFile(path);
  file.write("new ".repeat(1 << 20));
  assert.equal(readFileSync(path, "utf8"), "old");
  file.discard();
  assert.deepEqual([readFileSync(path, "utf8"), readdirSync(folder)], ["old", ["a.txt"]]);
});

test("parts of any size come out in order", () => {
  const path = join(folder, "b.txt");
  const parts = Array.from({ length: 3000 }, (_, i) => `${i} é😀 `.repeat(i % 90));
  const file = new AtomicFile(path);
  for (const part of parts) file.write(part);
  file.commit();
  assert.equal(readFileSync(path, "utf8"), parts.join(""));
  file.discard();
  assert.ok(existsSync(path), "what is committed stays");
});

test("a name in .gz packs, block after block", () => {
  const path = join(folder, "c.jsonl.gz");
  const text = "a line of some length\n".repeat(200_000);
  const file = new AtomicFile(path);
  for (let at = 0; at < text.length; at += 10_000) file.write(text.slice(at, at + 10_000));
  file.commit();
  assert.ok(readFileSync(path).length < text.length / 10);
  assert.equal(gunzipSync(readFileSync(path)).toString("utf8"), text);
});

test("a folder that is not there is one sentence", () => {
  assert.throws(
    () => writeAtomically(join(folder, "none", "x"), "y"),
    (error: unknown) => {
      assert.ok(error instanceof UserError);
      return /^cannot write .*none\/x: ENOENT/.test(error.message);
    },
  );
  assert.ok(!existsSync(join(folder, "none")));
});
