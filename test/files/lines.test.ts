import assert from "node:assert/strict";
import { test } from "node:test";
import { fileLines, LineCutter } from "../../lib/files/lines";
import { randomStream } from "../../lib/random";
import { all, Scratch, says } from "../data/scratch";

const scratch = new Scratch("lines");

test("lines cut at any byte are the lines of the text", () => {
  const random = randomStream(0, "lines");
  for (let n = 0; n < 500; n++) {
    const parts = Array.from(
      { length: random.integer(0, 9) },
      () => ["a", "é", "\n", "\u2028", "😀", ""][random.integer(0, 5)],
    );
    const bytes = Buffer.from(parts.join(""));
    const cutter = new LineCutter("made up");
    const found: string[] = [];
    for (let at = 0; at < bytes.length; at += 2)
      found.push(...cutter.push(bytes.subarray(at, at + 2)).map((line) => line.bytes.toString("utf8")));
    const last = cutter.end();
    const wanted = bytes.toString("utf8").split("\n");
    assert.deepEqual([...found, last?.bytes.toString("utf8") ?? ""], wanted);
  }
});

test("a carriage return before the line feed and a byte order mark are no text", async () => {
  const path = scratch.file("windows.txt", "\ufeffAda\tO\r\n\r\n\ufeff\tO\nlast");
  assert.deepEqual(await all(fileLines(path)), [
    { text: "Ada\tO", line: 1 },
    { text: "", line: 2 },
    { text: "\ufeff\tO", line: 3 },
    { text: "last", line: 4 },
  ]);
});

test("a device is no file, and is not called a folder", async () => {
  await assert.rejects(all(fileLines("/dev/null")), says("/dev/null is a pipe or a device; wanted a file"));
  await assert.rejects(all(fileLines(scratch.folder)), says("is a folder; wanted a file"));
});
