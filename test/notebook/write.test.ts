import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { DataFrame, readCSV } from "danfojs-node";
import { writeTable } from "../../lib/notebook/write";

const scratch = mkdtempSync(join(tmpdir(), "write-"));
after(() => rmSync(scratch, { recursive: true }));
const ROWS = [
  { text: 'He said "no", twice', score: 0.1 + 0.2, where: { line: 3 } },
  { text: "two\nlines", kind: "x", where: null },
];

test("CSV quotes what needs it, keeps numbers in full, and is read again by another reader", async () => {
  const path = join(scratch, "rows.csv");
  writeTable(path, ROWS);
  const text = readFileSync(path, "utf8");
  assert.equal(
    text,
    'text,score,where,kind\r\n"He said ""no"", twice",0.30000000000000004,"{""line"":3}",\r\n"two\nlines",,,x\r\n',
  );
  const frame = await readCSV(path);
  assert.deepEqual(
    frame.column("text").values,
    ROWS.map((row) => row.text),
  );
});

test("JSON lines are the rows; a data frame is rows too", () => {
  const path = join(scratch, "rows.jsonl");
  writeTable(path, ROWS);
  const lines = readFileSync(path, "utf8").trim().split("\n");
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)),
    ROWS,
  );
  writeTable(
    path,
    new DataFrame([
      { a: 1, b: "x" },
      { a: 2, b: "y" },
    ]),
  );
  assert.equal(readFileSync(path, "utf8"), '{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n');
});

test("another ending, or a folder that is not there, is one sentence", () => {
  assert.throws(() => writeTable(join(scratch, "rows.xlsx"), ROWS), {
    name: "UserError",
    exitCode: 2,
    message: /ends in \.csv or \.jsonl/,
  });
  assert.throws(() => writeTable(join(scratch, "absent", "rows.csv"), ROWS), {
    name: "UserError",
    message: /cannot write/,
  });
});
