import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { JsonListCutter } from "../../lib/files/json-list";
import { jsonValues } from "../../lib/files/json-values";
import { type RandomStream, randomStream } from "../../lib/random";
import { all, Scratch, says } from "../data/scratch";

const scratch = new Scratch("json-values");
const values = async (path: string, maxRecordBytes?: number) =>
  (await all(jsonValues(path, { maxRecordBytes }))).map(({ value }) => value);

/** A value of any depth whose strings hold everything that could mislead a reader of bytes. */
function anyValue(random: RandomStream, depth = 0): unknown {
  const kind = random.integer(0, depth > 3 ? 3 : 5);
  if (kind === 0) return random.integer(-999, 999) / 8;
  if (kind === 1) return [true, false, null][random.integer(0, 2)];
  if (kind <= 3) return anyText(random);
  const size = random.integer(0, 4);
  if (kind === 4) return Array.from({ length: size }, () => anyValue(random, depth + 1));
  return Object.fromEntries(Array.from({ length: size }, () => [anyText(random), anyValue(random, depth + 1)]));
}

const PARTS = ['"', "\\", "[", "]", "{", "}", ",", "\n", "é", "東", "😀", " ", "a", '\\"', "\u2028"];
const anyText = (random: RandomStream) =>
  Array.from({ length: random.integer(0, 6) }, () => PARTS[random.integer(0, PARTS.length - 1)]).join("");

test("lists cut at any byte are the lists that JSON.parse reads", () => {
  const random = randomStream(0, "json lists");
  for (let n = 0; n < 2000; n++) {
    const list = Array.from({ length: random.integer(0, 5) }, () => anyValue(random));
    const bytes = Buffer.from(JSON.stringify(list, null, random.integer(0, 2)));
    const cutter = new JsonListCutter("made up");
    const found: unknown[] = [];
    for (let at = 0; at < bytes.length; ) {
      const end = at + random.integer(1, 7);
      for (const cut of cutter.push(bytes.subarray(at, end))) found.push(JSON.parse(cut.bytes.toString("utf8")));
      at = end;
    }
    cutter.end();
    assert.deepEqual(found, list, bytes.toString("utf8"));
  }
});

test("a record is named by the line on which it begins", async () => {
  const path = scratch.file("lines.json", '[\n{"a":\n1},\n\n{"a": 2}\n,3 ]\n');
  const read = await all(jsonValues(path));
  assert.deepEqual(
    read.map(({ value, where }) => [value, where.replace(path, "FILE")]),
    [
      [{ a: 1 }, "FILE, line 2, record 1"],
      [{ a: 2 }, "FILE, line 5, record 2"],
      [3, "FILE, line 6, record 3"],
    ],
  );
});

test("a list, lines, packed or not, with a byte order mark or not", async () => {
  assert.deepEqual(await values(scratch.file("a.json", "\ufeff\n [1,[2]]")), [1, [2]]);
  assert.deepEqual(await values(scratch.file("a.jsonl", "\ufeff1\r\n\n[2]")), [1, [2]]);
  assert.deepEqual(await values(scratch.file("b.json.gz", gzipSync("[1,[2]]"))), [1, [2]]);
  assert.deepEqual(await values(scratch.file("empty.json", "[ ]")), []);
  assert.deepEqual(await values(scratch.file("nothing.json", "")), []);
});

test("what is no list is named by file and line", async () => {
  const broken: [content: string, ...parts: (string | RegExp)[]][] = [
    ['[{"a": 1},\n{"b": [2', "line 2: the file ends inside record 2, which begins at line 2; it was cut"],
    ['[{"a": 1},\n{"b": "it ends in a text', /line 2: the file ends inside record 2/],
    ['[{"a": 1}\n', "line 2: the file ends inside record 1, which begins at line 1"],
    ['[{"a": 1},\n', "line 2: the file ends after 1 records, before the ] of the list"],
    ["[", "line 1: the file ends after 0 records"],
    ['[{"a": 1}]\n x', "line 2: there is something after the end of the list"],
    ["[1,\n,2]", 'line 2: wanted a record before the ","'],
    ["[1,\n]", 'line 2: wanted a record before the "]"'],
    ["[1}", 'wanted a record before the "}"'],
    ['[1,\n{"a": nope}]', "line 2, record 2: not JSON"],
    ['[{"a": [1}]]', "line 1, record 1: not JSON"],
    ["[1 2]", "record 1: not JSON"],
  ];
  for (const [content, ...parts] of broken) {
    const path = scratch.file("broken.json", content);
    await assert.rejects(values(path), says(path, ...parts));
  }
});

test("bytes that are not UTF-8 are named by line and byte, in lists and in lines", async () => {
  const latin1 = Buffer.from('"caf\xe9"', "latin1");
  const list = scratch.file("latin1.json", Buffer.concat([Buffer.from('["a",\n ["x",\n'), latin1, Buffer.from("]]")]));
  await assert.rejects(values(list), says(list, "line 3: byte 5 (0xe9) is not UTF-8", "iconv"));
  const lines = scratch.file("latin1.jsonl", Buffer.concat([Buffer.from('"東"\n"b" \n'), latin1]));
  await assert.rejects(values(lines), says(lines, "line 3: byte 5 (0xe9)"));
  const cut = scratch.file("cut.jsonl", Buffer.from('"東').subarray(0, 3));
  await assert.rejects(values(cut), says("line 1: byte 2 (0xe6)"));
});

test("a record of 50 MB is refused in one sentence, and read where it is allowed", async () => {
  const long = `"${"é".repeat(25 * 1024 * 1024)}"`;
  for (const [name, content] of [
    ["long.jsonl", `1\n${long}\n`],
    ["long.json", `[1,\n${long}]`],
  ] as const) {
    const path = scratch.file(name, content);
    await assert.rejects(values(path), says(path, "line 2: a record of more than 16777216 bytes", "--max-record-mb"));
    const read = await values(path, 64 * 1024 * 1024);
    assert.deepEqual([read[0], (read[1] as string).length], [1, 25 * 1024 * 1024]);
  }
});

test("the limit counts one record, not the file", async () => {
  const path = scratch.file("many.jsonl", `${JSON.stringify("a".repeat(900))}\n`.repeat(100));
  assert.equal((await values(path, 1000)).length, 100);
  await assert.rejects(values(path, 900), says("line 1: a record of more than 900 bytes"));
});

test("a file that is not there, a folder, a cut archive", async () => {
  await assert.rejects(values(`${scratch.folder}/none.json`), says("none.json does not exist"));
  await assert.rejects(values(scratch.folder), says("is a folder; wanted a file"));
  const packed = gzipSync(JSON.stringify(Array.from({ length: 2000 }, (_, i) => `word${i * 7919}`)));
  await assert.rejects(values(scratch.file("cut.json.gz", packed.subarray(0, -20))), says("cannot be read"));
});
