/** Offsets of 5,000 random texts of accents apart, emoji and scripts, through the form of every tool: each maps back exactly. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type FormatOptions, type RecordFormat, readFormat } from "../../../../lib/data/formats/read";
import { Tally } from "../../../../lib/data/formats/tally";
import { csvCell } from "../../../../lib/files/csv";
import { randomStream } from "../../../../lib/random";
import { codePointOffsets } from "../../../../lib/text/offsets";
import { wordsOf } from "../../../../lib/text/reading";
import { pick, randomText } from "../../../random-texts";
import { all, Scratch } from "../../scratch";

const scratch = new Scratch("random");
const random = randomStream(11, "offsets");
const LABELS = ["person", "city", "film title"];

interface Item {
  text: string;
  mentions: { start: number; end: number; label: string }[];
}

/** Mentions from the beginning of a word to the end of another, in UTF-16 units of the text as it is. */
function item(): Item {
  for (;;) {
    const text = randomText(random);
    const words = wordsOf(text);
    if (words.length === 0) continue;
    const mentions = new Map<string, Item["mentions"][number]>();
    for (let n = 0; n < 3; n++) {
      const first = random.integer(0, words.length - 1);
      const last = random.integer(first, Math.min(words.length - 1, first + 4));
      const mention = { start: words[first].start, end: words[last].end, label: pick(LABELS, random) };
      // A tool's own export has no mention that begins or ends with what it takes for white space.
      const cut = text.slice(mention.start, mention.end);
      if (cut.trim() === cut) mentions.set(`${mention.start} ${mention.end} ${mention.label}`, mention);
    }
    return { text, mentions: [...mentions.values()] };
  }
}

const ITEMS = Array.from({ length: 5000 }, item);
const inPoints = ({ text, mentions }: Item) => {
  const at = codePointOffsets(text);
  return mentions.map(({ start, end, label }) => ({ start: at(start), end: at(end), label }));
};
const lines = (value: (item: Item) => object) => ITEMS.map((one) => JSON.stringify(value(one))).join("\n");

const FILES: [RecordFormat, FormatOptions, string, () => string][] = [
  [
    "label-studio",
    {},
    "ls.json",
    () =>
      `[${lines(({ text, mentions }) => ({
        data: { text },
        annotations: [
          {
            result: mentions.map(({ start, end, label }) => ({
              type: "labels",
              value: { start, end, text: text.slice(start, end), labels: [label] },
            })),
          },
        ],
      })).replaceAll("\n", ",\n")}]`,
  ],
  ["doccano", {}, "d.jsonl", () => lines((one) => ({ text: one.text, label: inPoints(one).map(Object.values) }))],
  [
    "doccano",
    { offsets: "utf16" },
    "u.jsonl",
    () => lines((one) => ({ text: one.text, label: one.mentions.map(Object.values) })),
  ],
  ["spacy", {}, "s.jsonl", () => lines((one) => ({ text: one.text, ents: inPoints(one) }))],
  ["prodigy", {}, "p.jsonl", () => lines((one) => ({ text: one.text, spans: inPoints(one), answer: "accept" }))],
  [
    "csv",
    {},
    "t.csv",
    () =>
      `id,text,start,end,label\r\n${ITEMS.flatMap((one, id) => {
        const rows = inPoints(one).map(({ start, end, label }) => [start, end, label]);
        return (rows.length ? rows : [["", "", ""]]).map((row) => [id, csvCell(one.text), ...row].join(","));
      }).join("\r\n")}\r\n`,
  ],
];

for (const [format, options, name, write] of FILES)
  test(`${format}${options.offsets ? ` in ${options.offsets}` : ""}: nothing moves, nothing is lost`, async () => {
    const tally = new Tally();
    const records = await all(readFormat(format, scratch.file(name, write()), options, tally));
    assert.deepEqual(Object.keys(tally.report().repairs), ["composed"]);
    assert.equal(records.length, ITEMS.length);
    for (const [i, { text, mentions }] of ITEMS.entries()) {
      const words = wordsOf(text);
      assert.deepEqual(
        records[i].tokens,
        words.map((word) => word.text),
      );
      const back = records[i].ner.map(([first, last, label]) => ({
        start: words[first].start,
        end: words[last].end,
        label,
      }));
      assert.deepEqual(back, mentions, JSON.stringify(text));
    }
  });

test("words of scripts without spaces: mentions keep their places too", async () => {
  const path = scratch.file(
    "i.jsonl",
    lines((one) => ({ text: one.text, label: inPoints(one).map(Object.values) })),
  );
  const tally = new Tally();
  const records = await all(readFormat("doccano", path, { words: "intl", align: "strict" }, tally));
  for (const [i, { text, mentions }] of ITEMS.entries())
    for (const [n, [first, last]] of records[i].ner.entries()) {
      const { start, end } = mentions[n];
      const squeezed = (part: string) => part.normalize("NFC").replace(/\s/g, "");
      assert.equal(squeezed(records[i].tokens.slice(first, last + 1).join("")), squeezed(text.slice(start, end)));
    }
  assert.equal(tally.found, tally.asked);
});
