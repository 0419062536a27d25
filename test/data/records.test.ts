import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { gzipSync } from "node:zlib";
import {
  byCodePoint,
  checkRecords,
  goldTypes,
  type NerRecord,
  parseRecord,
  readRecords,
  streamRecords,
} from "../../lib/data/records";
import { UserError } from "../../lib/errors";

const folder = mkdtempSync(join(tmpdir(), "workbook-records-"));
after(() => rmSync(folder, { recursive: true }));

const ADA: NerRecord = { tokens: ["Ada", "Lovelace", "wrote"], ner: [[0, 1, "person"]] };
const LINE = JSON.stringify(ADA);

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** One sentence, for the reader, that holds all of this. */
async function refused(path: string, ...parts: (string | RegExp)[]): Promise<void> {
  await assert.rejects(readRecords(path), (error: unknown) => {
    assert.ok(error instanceof UserError, String(error));
    for (const part of [path, ...parts])
      assert.ok(typeof part === "string" ? error.message.includes(part) : part.test(error.message), error.message);
    assert.match(error.message, /^[^\n]+\.$/);
    return true;
  });
}

test("our spelling and Python's give the same records", async () => {
  const ours = { ...ADA, labels: ["person", "city"], negatives: ["song"], src: "made up" };
  const { tokens, ner, labels, negatives, src } = ours;
  const python = { tokenized_text: tokens, ner, ner_labels: labels, ner_negatives: negatives, src, id: 7 };
  const path = file("spellings.jsonl", `${JSON.stringify(ours)}\n${JSON.stringify(python)}\n`);
  // Only the name under which the negatives stood is remembered: no two versions of Python read the same one.
  assert.deepEqual(await readRecords(path), [ours, { ...ours, negativesKey: "ner_negatives" }]);
});

test("lines, packed lines, a list and a packed list are read alike; blank lines are passed over", async () => {
  const lines = `${LINE}\r\n\n   \n${LINE}`;
  const list = JSON.stringify([ADA, ADA]);
  for (const [name, content] of [
    ["a.jsonl", lines],
    ["a.jsonl.gz", gzipSync(lines)],
    ["a.json", list],
    ["a.json.gz", gzipSync(list)],
    // The name says nothing: the first character does.
    ["lines.json", lines],
    ["list.jsonl", `\ufeff \n${list}`],
  ] as const)
    assert.deepEqual(await readRecords(file(name, content)), [ADA, ADA], name);
  assert.deepEqual(await readRecords(file("empty.jsonl", "")), []);
});

test("a record with an empty list of mentions, without words and with words that only look blank", async () => {
  const path = file(
    "few.jsonl",
    '{"tokens":["a"],"ner":[]}\n{"tokens":[],"ner":[]}\n{"tokens":["\\u00a0","é","😀"],"ner":[[2,2,"x"]]}',
  );
  assert.deepEqual(await readRecords(path), [
    { tokens: ["a"], ner: [] },
    { tokens: [], ner: [] },
    { tokens: ["\u00a0", "é", "😀"], ner: [[2, 2, "x"]] },
  ]);
});

test("a line ends with a line feed only: U+2028, U+2029 and U+0085 may stand in a word, which chunks may cut", async () => {
  const word = "a\u2028b\u2029c\u0085d";
  // Longer than the pieces in which files are read, so that some piece ends inside a character of several bytes.
  const record: NerRecord = { tokens: [word, "東".repeat(100_000), "é😀".repeat(50_000)], ner: [[0, 2, "x"]] };
  const content = `${JSON.stringify(record)}\n${LINE}`;
  assert.deepEqual(await readRecords(file("separators.jsonl", content)), [record, ADA]);
  assert.deepEqual(await readRecords(file("separators.jsonl.gz", gzipSync(content))), [record, ADA]);
});

test("a reader may stop early", async () => {
  for (const name of ["early.jsonl", "early.jsonl.gz"]) {
    const text = `${LINE}\n`.repeat(5000);
    const path = file(name, name.endsWith(".gz") ? gzipSync(text) : text);
    let count = 0;
    for await (const record of streamRecords(path)) {
      assert.deepEqual(record, ADA);
      if (++count === 3) break;
    }
    assert.equal(count, 3);
  }
});

test("records come one at a time: those before a broken line are there", async () => {
  const seen: NerRecord[] = [];
  const path = file("late.jsonl", `${LINE}\n${LINE}\n{"tokens": [\n`);
  await assert.rejects(async () => {
    for await (const record of streamRecords(path)) seen.push(record);
  }, /late\.jsonl, line 3: not JSON/);
  assert.equal(seen.length, 2);
});

test("a fault is named by file and line, blank lines counted", async () => {
  const broken: [line: string, ...parts: (string | RegExp)[]][] = [
    ["{oops", "not JSON"],
    ["[1]", 'wanted an object with "tokens" and "ner"'],
    ["{}", '"tokens" is not a list of words'],
    ['{"tokens":["a",1]}', '"tokens" is not a list of words'],
    ['{"tokens":"a b"}', '"tokens" is not a list of words'],
    ['{"tokens":["a"],"ner":{}}', '"ner" is not a list of [start, end, type]'],
    ['{"tokens":["a"],"ner":[[0,0]]}', "mention 1 is [0,0], wanted [first word, last word, type]"],
    ['{"tokens":["a","b"],"ner":[[0,0,"x"],[1,2,"x"]]}', "mention 2 ends at word 2, past the end of a text of 2 words"],
    ['{"tokens":["a","b"],"ner":[[1,0,"x"]]}', "wanted 0 <= first <= last"],
    ['{"tokens":["a"],"ner":[[-1,0,"x"]]}', "wanted 0 <= first <= last"],
    ['{"tokens":["a"],"ner":[["0",0,"x"]]}', 'from word "0" to word 0; wanted whole numbers, so 0 without its quotes'],
    ['{"tokens":["a"],"ner":[["6","7","Org"]]}', 'from word "6" to word "7"; wanted whole numbers, so 6 without'],
    ['{"tokens":["a"],"ner":[[0,0.5,"x"]]}', "from word 0 to word 0.5; wanted whole numbers."],
    ['{"tokens":["a"],"ner":[[0,0,"x",0.9]]}', 'mention 1 is [0,0,"x",0.9], wanted [first word, last word, type]'],
    ['{"tokens":["a"],"ner":[[0,0,"  "]]}', 'has the type "  ", wanted a name'],
    ['{"tokens":["a"],"ner":[],"src":7}', '"src" is 7, wanted the name of a source'],
    [
      '{"tokens":["a"],"tokenized_text":["b"],"ner":[]}',
      '"tokens" and "tokenized_text" differ, and both mean "tokens"',
    ],
    ['{"tokens":["a"],"ner":[],"ner_labels":["x"],"label":["y"]}', '"ner_labels" and "label" differ'],
    ['{"tokens":["a"],"ner":[],"negatives":["x"],"ner_negatives":["y"]}', '"negatives" and "ner_negatives" differ'],
    ['{"tokens":["a"],"ner":[[0,0,""]]}', 'has the type "", wanted a name'],
    ['{"tokens":["a"],"ner":[],"labels":["x",null]}', '"labels" is not a list of types'],
    ['{"tokens":["a"],"ner":[],"ner_negatives":"x"}', '"negatives" is not a list of types'],
  ];
  for (const [line, ...parts] of broken)
    await refused(file("broken.jsonl", `${LINE}\n\n${line}\n`), "line 3", ...parts);
  await refused(file("broken.json", `[${LINE},{}]`), "record 2", '"tokens" is not a list of words');
  await refused(file("object.json", JSON.stringify(ADA, null, 1)), "line 1: not JSON");
});

test("a cut or broken archive is an error, not a short file", async () => {
  const text = Array.from({ length: 500 }, (_, i) => JSON.stringify({ tokens: [`word${i * 7919}`], ner: [] })).join(
    "\n",
  );
  const packed = gzipSync(text);
  await refused(file("cut.jsonl.gz", packed.subarray(0, packed.length - 20)), "cannot be read");
  await refused(file("cut.json.gz", packed.subarray(0, 40)), "cannot be read");
  await refused(file("plain.jsonl.gz", LINE), "cannot be read");
});

test("a file that is not there, and a folder", async () => {
  await refused(join(folder, "none.jsonl"), "does not exist");
  mkdirSync(join(folder, "folder.jsonl"));
  await refused(join(folder, "folder.jsonl"), "is a folder; wanted a file");
});

test("types are sorted by code point, as Python's sorted does, not by UTF-16 unit", () => {
  const labels = ["\u{1f600}", "\uff5e", "b", "B", "a", "ab", "b"];
  const records = labels.map((label): NerRecord => ({ tokens: ["x"], ner: [[0, 0, label]] }));
  assert.deepEqual(goldTypes(records), ["B", "a", "ab", "b", "\uff5e", "\u{1f600}"]);
  assert.equal(byCodePoint("a", "a"), 0);
});

test("gold inside words is kept by its type", () => {
  const record = { tokens: ["a"], ner: [], unaligned: ["person", "person"] };
  assert.deepEqual(parseRecord(record, "x").unaligned, ["person", "person"]);
  assert.throws(() => parseRecord({ ...record, unaligned: [3] }, "x"), /x: "unaligned" is not a list of types/);
});

test('a record whose mentions nobody has read is refused with the keys it has: only "ner": [] says that there is none', async () => {
  const form = (record: object) => refused(file("other.jsonl", `${LINE}\n${JSON.stringify(record)}\n`), "line 2");
  const tags = { tokens: ["Alice", "works"], ner_tags: [1, 0] };
  await refused(
    file("tags.jsonl", JSON.stringify(tags)),
    'line 1: there is no "ner", wanted a list of [first word, last word, type], or [] where the text has no mention',
    'it has "tokens", "ner_tags": a tag a word',
    "`preprocess --from hf` reads",
  );
  await form({ tokens: ["a"], ner: null });
  await form({ tokenized_text: ["a"], entities: [] });
  for (const [record, reader] of [
    [{ conversations: [] }, "--from pile-ner"],
    [{ sentence: "a", entities: [] }, "--from instruct"],
    [{ text: "a", spans: [] }, "--from prodigy"],
    [{ text: "a", label: [] }, "--from doccano"],
    [{ id: 1 }, 'it has "id"'],
  ] as const)
    await refused(file("form.jsonl", JSON.stringify(record)), '"tokens" is not a list of words', reader);
});

test("null is as good as absent where a key may be left out, and two names may say the same", () => {
  const record = { tokens: ["a"], tokenized_text: ["a"], ner: [], labels: null, negatives: null, src: null };
  assert.deepEqual(parseRecord({ ...record, ner_labels: ["x"], unaligned: null }, "x"), {
    tokens: ["a"],
    ner: [],
    labels: ["x"],
  });
});

test("a set without any mention is refused by what it was for; gold inside words counts", () => {
  const silent: NerRecord = { tokens: ["a"], ner: [] };
  assert.throws(() => checkRecords([silent, silent], "to train on"), {
    name: "UserError",
    message: /^none of the 2 records to train on has a mention; wanted some with "ner"/,
  });
  checkRecords([silent, ADA], "to train on");
  checkRecords([{ ...silent, unaligned: ["person"] }], "to evaluate on");
  const noRecord: unknown = { tokens: ["a"] };
  assert.throws(
    () => checkRecords([ADA, noRecord as NerRecord], "to train on"),
    /^UserError: record 2 to train on: there is no "ner"/,
  );
});
