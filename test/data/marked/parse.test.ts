import assert from "node:assert/strict";
import { test } from "node:test";
import { parseMarked } from "../../../lib/data/marked/parse";
import { markedRecord } from "../../../lib/data/marked/records";
import { sentencesOf } from "../../../lib/data/marked/sentences";
import { parseTypes, typesAbove, typesSometimes } from "../../../lib/data/marked/types";

test("a mention may hold another; offsets are words", () => {
  assert.deepEqual(markedRecord("The [[University of [[Oslo|city]]|university]] [[opened|event]].", "here"), {
    tokens: ["The", "University", "of", "Oslo", "opened", "."],
    ner: [
      [1, 3, "university"],
      [3, 3, "city"],
      [4, 4, "event"],
    ],
  });
});

test("the same words may have two types", () => {
  assert.deepEqual(markedRecord("[[[[Lead|metal]]|poison]] again", "here").ner, [
    [0, 0, "metal"],
    [0, 0, "poison"],
  ]);
});

test("absent types become negatives", () => {
  const record = markedRecord("Is it [[late|time]]? /// no: city, bus stop", "here");
  assert.deepEqual(record.negatives, ["city", "bus stop"]);
  assert.deepEqual(record.tokens, ["Is", "it", "late", "?"]);
  assert.equal("negatives" in markedRecord("Is it late?", "here"), false);
});

test("a backslash lets brackets, bars, backslashes and a first # be themselves, and is else itself", () => {
  assert.equal(
    parseMarked("\\# a\\[\\[0\\]\\] = b\\\\c in C:\\dir | d", "here").text,
    "# a[[0]] = b\\c in C:\\dir | d",
  );
  const { text, mentions } = parseMarked("x [[a \\| b|pair]] y", "here");
  assert.deepEqual([text, mentions], ["x a | b y", [{ start: 2, end: 7, label: "pair" }]]);
});

test("single brackets and bars are text", () => {
  assert.equal(parseMarked("[09:12] [[a|letter]] a[i] | b", "here").text, "[09:12] a a[i] | b");
});

test("what cannot be read is an error that names the line", () => {
  const refuses = (line: string, message: RegExp) =>
    assert.throws(() => sentencesOf(`# remark\n${line}`, "news-01.txt"), { name: "UserError", message });
  refuses("[[Oslo|city", /news-01\.txt, line 2: a bracket has no partner/);
  refuses("Oslo|city]] is", /has no partner/);
  refuses("[[Oslo|]] is", /a mention has no type/);
  refuses("[[Os|city]]lo", /"Os" does not begin and end where words do/);
  refuses("Oslo /// no: city,", /wants types with a comma between them/);
  assert.throws(() => sentencesOf("", "news.txt"), /news\.txt: wanted a name such as news-01\.txt/);
});

test("scripts without spaces: words are the segmenter's, and a mention's edges part them", () => {
  const source = "# words: intl\n[[昨天|date]][[上海|city]]下了[[大雨|weather]]。";
  const [{ record, domain }] = sentencesOf(source, "scripts-02.txt");
  assert.equal(domain, "scripts");
  assert.deepEqual(
    record.ner.map(([first, last, type]) => [record.tokens.slice(first, last + 1).join(""), type]),
    [
      ["昨天", "date"],
      ["上海", "city"],
      ["大雨", "weather"],
    ],
  );
  assert.equal(record.tokens.join(""), "昨天上海下了大雨。");
});

test("what is known of types adds up over lines and files", () => {
  const entries = parseTypes([
    { name: "1.txt", source: "# remark\ntenor = tenor singer < singer : a man with a high voice\nsinger < person" },
    { name: "2.txt", source: "tenor < performer ~ soloist\nsinger ~ star, person\nsoloist < artist" },
  ]);
  assert.deepEqual(entries.get("tenor"), {
    synonyms: ["tenor singer"],
    above: ["singer", "performer"],
    sometimes: ["soloist"],
    description: "a man with a high voice",
  });
  assert.deepEqual([...typesAbove("tenor", entries)].sort(), ["performer", "person", "singer"]);
  // Its own and what stands above these; neither what holds of it always nor what holds of some singers.
  assert.deepEqual([...typesSometimes("tenor", entries)].sort(), ["artist", "soloist"]);
  assert.deepEqual([...typesSometimes("singer", entries)], ["star"]);
  assert.throws(() => parseTypes([{ name: "1.txt", source: "\ntenor" }]), /1\.txt, line 2: wanted "type = synonym/);
});
