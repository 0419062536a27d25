import assert from "node:assert/strict";
import { test } from "node:test";
import { parseMarked } from "../../../lib/data/marked/parse";
import { markedRecord } from "../../../lib/data/marked/records";
import { readSentences } from "../../../lib/data/marked/sentences";
import { markedLine, markedRecordLine, withoutCrossing } from "../../../lib/data/marked/write";
import { randomStream } from "../../../lib/random";

const mention = (start: number, end: number, label = "x") => ({ start, end, label });

test("every text of the corpus comes back as it was", () => {
  const sentences = readSentences();
  for (const { text, mentions, absent, where } of sentences)
    assert.deepEqual(parseMarked(markedLine({ text, mentions, absent }, where), where), { text, mentions, absent });
  assert.ok(sentences.length > 0);
});

test("signs of the form are escaped: texts of random signs come back", () => {
  const random = randomStream(0, "signs");
  const signs = ["[", "]", "[[", "]]", "|", "\\", "#", " ", "a", "é", "/// no: ", "/", "\u0301", "😀", "|x]]"];
  for (let i = 0; i < 2000; i++) {
    const text = `${Array.from({ length: 12 }, () => signs[random.integer(0, signs.length - 1)]).join("")}z`;
    const cut = random.integer(0, text.length - 1);
    const mentions = [mention(0, text.length, "all"), mention(cut, text.length, "end")].slice(0, cut === 0 ? 1 : 2);
    const marked = { text, mentions, absent: i % 2 ? ["a b", "c"] : [] };
    assert.deepEqual(parseMarked(markedLine(marked, "here"), "here"), marked);
    const bare = { text, mentions: [], absent: [] };
    assert.deepEqual(parseMarked(markedLine(bare, "here"), "here"), bare);
  }
});

test("line breaks become spaces, so that a text is a line and offsets stay", () => {
  assert.equal(markedLine({ text: "a\nb c", mentions: [mention(0, 3)], absent: [] }, "here"), "[[a b|x]] c");
});

test("mentions that cross and types that hold signs are refused by name", () => {
  const write = (mentions: ReturnType<typeof mention>[], absent: string[] = []) =>
    markedLine({ text: "aa bb cc", mentions, absent }, "text 3");
  assert.throws(() => write([mention(0, 5), mention(3, 8)]), /text 3: "aa bb" and "bb cc" cross/);
  for (const type of ["", " a", "a|b", "a]"])
    assert.throws(() => write([mention(0, 2, type)]), /text 3: the type ".*" cannot/);
  assert.throws(() => write([], ["a,b"]), /the type "a,b" cannot stand there/);
});

test("a record's words with spaces; what was asked for and not found is absent", () => {
  const record = { tokens: ["Oslo", "[", "2", "]"], ner: [[0, 0, "city"] as [number, number, string]] };
  const line = markedRecordLine({ ...record, labels: ["city", "river"], negatives: ["sea"] }, "here");
  assert.equal(line, "[[Oslo|city]] \\[ 2 \\] /// no: sea, river");
  assert.deepEqual(markedRecord(line, "here"), { ...record, negatives: ["sea", "river"] });
});

test("of mentions that cross, the first is kept", () => {
  const kept = withoutCrossing([
    [1, 2, "b"],
    [0, 1, "a"],
    [1, 1, "c"],
    [0, 3, "d"],
  ]);
  assert.deepEqual(
    kept.map(([, , type]) => type),
    ["d", "a", "c"],
  );
});
