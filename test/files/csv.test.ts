/** Rows of CSV, held to papaparse, with their lines; what is cut or crooked is refused. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { csvCell, csvRows } from "../../lib/files/csv";
import { randomStream } from "../../lib/random";
import { all, Scratch, says } from "../data/scratch";
import { pick } from "../random-texts";

const scratch = new Scratch("csv");
const cells = async (text: string) => (await all(csvRows(scratch.file("x.csv", text)))).map((row) => row.cells);

test("quotes, separators, line breaks and a mark at the beginning", async () => {
  assert.deepEqual(await cells('\ufeffa;"b ""c"";\nd";e\r\n1;;\n'), [
    ["a", 'b "c";\nd', "e"],
    ["1", "", ""],
  ]);
  assert.deepEqual(await cells("a\tb, c\n\n1\t2"), [["a", "b, c"], [""], ["1", "2"]]);
  const rows = await all(csvRows(scratch.file("lines.csv", 'a,b\n"x\r\ny",2\nz,3\n')));
  assert.deepEqual(
    rows.map(({ line, cells: [first] }) => [line, first]),
    [
      [1, "a"],
      [2, "x\r\ny"],
      [4, "z"],
    ],
  );
  await assert.rejects(cells('a,b\n"x,2\n'), says("line 2: a quote is never closed"));
  await assert.rejects(cells('a,b\n"x"y,2\n'), says("line 2: text stands behind the quote"));
});

test("random tables are read as papaparse reads them, and written so that both read them", async () => {
  // Without types of its own; it comes with danfojs-node.
  const papa: { parse(text: string, options: object): { data: string[][] } } = createRequire(__filename)("papaparse");
  const random = randomStream(2, "csv");
  const piece = () => pick(["a", "b c", '"', ",", ";", "\t", "\n", "\r\n", "é", "👍", " ", ""], random);
  for (let i = 0; i < 300; i++) {
    const table = Array.from({ length: 4 }, () => Array.from({ length: 3 }, () => piece() + piece() + piece()));
    const text = [["x", "y", "z"], ...table].map((row) => row.map(csvCell).join(",")).join("\r\n");
    const read = await cells(text);
    assert.deepEqual(read.slice(1), table);
    assert.deepEqual(read, papa.parse(text, { delimiter: ",", newline: "\r\n" }).data);
  }
});
