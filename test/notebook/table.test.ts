/** Tables: nothing of a value, of an index or of a long table is lost without a word. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { table } from "../../lib/notebook/table";
import { writeTable } from "../../lib/notebook/write";

const danfo = require("danfojs-node");

const html = (rows: Parameters<typeof table>[0]): string => String(table(rows).bundle["text/html"]);
/** The fields of a table's only row. */
const fields = (row: object): string[] =>
  [...html([row]).matchAll(/<td[^>]*><bdi>(.*?)<\/bdi><\/td>/g)].map(([, text]) =>
    text.replaceAll("&#39;", "'").replaceAll("&quot;", '"'),
  );

test("rows of objects: columns in their order, columns that are chosen, limits", () => {
  const rows = [
    { a: 1.23456, b: "x" },
    { a: 22, c: null },
  ];
  assert.equal(String(table(rows)), "     a  b  c\n------  -  ----\n1.2346  x\n    22     null");
  assert.equal(String(table(rows, { columns: ["b"] })), "b\n-\nx\n");
  assert.throws(() => table([{ a: 1 }], { columns: ["z"] }), /column "z", wanted one of a/);
  const numbers = Array.from({ length: 60 }, (_, n) => ({ n }));
  assert.match(String(table(numbers, { limit: 14 })), /\n13\n… 46 more of 60 rows$/);
});

test("10,000 rows: the first and the last are shown, and how many there are", () => {
  const shown = table(Array.from({ length: 10_000 }, (_, n) => ({ n })));
  const lines = String(shown).split("\n");
  assert.deepEqual(lines.slice(0, 3), ["   n", "----", "   0"]);
  assert.deepEqual(lines.slice(26, 29), ["  24", "…", "9975"]);
  assert.deepEqual(lines.slice(-2), ["9999", "10000 rows, of which the first and the last 25 are shown"]);
  assert.equal(String(shown.bundle["text/html"]).match(/<tr>/g)?.length, 1 + 25 + 1 + 25);
  assert.equal(String(table(Array.from({ length: 50 }, (_, n) => ({ n })))).includes("…"), false);
});

test("numbers keep their digits, and the whole of a shortened one is its tooltip", () => {
  const row = { year: 2020.5, price: 12345.678, share: 0.123456, count: 1234567, tiny: 1.5e-7, none: Number.NaN };
  assert.deepEqual(fields(row), ["2020.5", "12345.678", "0.1235", "1234567", "1.50e-7", "NaN"]);
  assert.match(html([row]), /<td style="text-align:right" title="0\.123456"><bdi>0\.1235/);
  assert.doesNotMatch(html([{ price: 12345.678 }]), /title=/);
});

test("dates, nulls, what is missing, big integers and truths", () => {
  const row = { day: new Date("2024-02-29"), time: new Date("2024-02-29T13:45:10Z"), no: null, gone: undefined };
  assert.deepEqual(fields(row), ["2024-02-29", "2024-02-29T13:45:10.000Z", "null", ""]);
  assert.deepEqual(fields({ big: 2n ** 70n, yes: true, empty: "", bad: new Date("x") }), [
    "1180591620717411303424",
    "true",
    "",
    "Invalid Date",
  ]);
});

test("nested values, circles, maps, tensors and models take a line", () => {
  const circle: { name: string; self?: unknown } = { name: "c" };
  circle.self = circle;
  class Model {
    readonly weights = tf.zeros([2, 3]); // [2, 3]
    readonly parts = Array.from({ length: 1000 }, () => this.weights);
  }
  const model = new Model();
  assert.deepEqual(fields({ list: [1, 2.5, null, "a", Number.NaN], deep: { a: { b: [{ c: [1] }] } } }), [
    '[1, 2.5, null, "a", NaN]',
    "{a: {b: [{1 fields}]}}",
  ]);
  assert.deepEqual(fields({ map: new Map([["k", 1]]), set: new Set(["x"]), typed: new Float32Array([1, 2]) }), [
    "Map {k: 1}",
    'Set ["x"]',
    "[1, 2]",
  ]);
  assert.deepEqual(fields({ tensor: model.weights, inside: [model.weights], model, fault: new TypeError("no") }), [
    "Tensor float32 [2, 3]",
    "[Tensor float32 [2, 3]]",
    "Model",
    "TypeError: no",
  ]);
  assert.deepEqual(fields({ circle }), ['{name: "c", self: {name: "c", self: {name: "c", self: {2 fields}}}}']);
  assert.match(fields({ long: Array.from({ length: 99 }, (_, n) => n) })[0], /, 19, … 79 more\]$/);
  model.weights.dispose();
});

test("a real danfojs frame: its index is a column, unless it only counts", () => {
  const frame = new danfo.DataFrame({ name: ["a", "b"], f1: [0.5, 1] });
  assert.equal(String(table(frame)), "name   f1\n----  ---\na     0.5\nb       1");
  assert.match(String(table(frame.describe())), /^index +f1\n-+ {2}-+\ncount +2\nmean +0\.75\nstd +0\.3536\n/);
  const sorted = new danfo.DataFrame({ n: [3, 1, 2] }).sortValues("n");
  assert.equal(String(table(sorted)), "index  n\n-----  -\n    1  1\n    2  2\n    0  3");
  const chosen = table(frame.describe(), { columns: ["f1"] });
  assert.match(String(chosen), /count/);
});

test("a real danfojs series: named, and with its index", () => {
  const frame = new danfo.DataFrame({ f1: [0.5, 1, 1] });
  assert.equal(String(table(frame.f1)), " f1\n---\n0.5\n  1\n  1");
  const counts = String(table(frame.f1.valueCounts()));
  assert.match(counts, /^index {2}value\n/);
  assert.match(counts, /\n1 +2\n0\.5 +1/);
  assert.match(String(table(new danfo.Series([1, 2], { index: ["x", "y"] }))), /^index {2}value\n/);
});

test("simple values make a column; what has no rows is refused", () => {
  assert.equal(String(table([3, null, "x"])), "value\n-----\n3\nnull\nx");
  const columns: Parameters<typeof table>[0] = JSON.parse('{"a":[1]}');
  assert.throws(() => table(columns), /table got \{ a: \[Array\] \}, wanted a list of rows/);
});

test("writeTable keeps a frame's index and a date", () => {
  const folder = mkdtempSync(join(tmpdir(), "workbook-table-"));
  try {
    const path = join(folder, "a.csv");
    writeTable(path, new danfo.DataFrame({ f1: [0.5, 1] }).describe());
    assert.match(readFileSync(path, "utf8"), /^index,f1\r\ncount,2\r\nmean,0\.75\r\n/);
    writeTable(path, [{ day: new Date("2024-02-29"), n: 0.1234567 }]);
    assert.equal(readFileSync(path, "utf8"), "day,n\r\n2024-02-29T00:00:00.000Z,0.1234567\r\n");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
