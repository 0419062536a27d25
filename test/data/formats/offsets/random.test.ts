/**
 * Offsets of 5,000 random texts of accents apart, emoji, scripts and what is awkward, through the form of every tool: each maps back exactly,
 * as the tool exports it and as it is written here and read again.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { convert } from "../../../../lib/data/convert";
import { type FormatOptions, type RecordFormat, readFormat } from "../../../../lib/data/formats/read";
import { Tally } from "../../../../lib/data/formats/tally";
import type { WriterName } from "../../../../lib/data/formats/write";
import { type NerRecord, type NerSpan, recordLine } from "../../../../lib/data/records";
import { csvCell } from "../../../../lib/files/csv";
import { randomStream } from "../../../../lib/random";
import { codePointOffsets } from "../../../../lib/text/offsets";
import { wordsOf } from "../../../../lib/text/reading";
import { AWKWARD_TEXTS } from "../../../awkward-texts";
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
    const text = random.uniform() < 0.1 ? `${randomText(random)}${pick(AWKWARD_TEXTS, random)}` : randomText(random);
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
      const squeezed = (part: string) => part.replace(/[\s\p{Cc}]/gu, "").normalize("NFC");
      assert.equal(squeezed(records[i].tokens.slice(first, last + 1).join("")), squeezed(text.slice(start, end)));
    }
  assert.equal(tally.found, tally.asked);
});

test("brat, one document of all texts: a mention in pieces where lines break, types of one word", async () => {
  const text = ITEMS.map((one) => one.text).join("\n");
  let offset = 0;
  let number = 0;
  const rows = ITEMS.flatMap((one) => {
    const own = inPoints(one).map(({ start, end, label }, i) => {
      const words = one.text.slice(one.mentions[i].start, one.mentions[i].end);
      return `T${++number}\t${joinedType(label)} ${pieces(words, offset + start, offset + end)}\t${words.replaceAll("\n", " ")}\n`;
    });
    offset += [...one.text].length + 1;
    return own;
  });
  scratch.file("one.txt", text);
  const tally = new Tally();
  const [record] = await all(readFormat("brat", scratch.file("one.ann", rows.join("")), {}, tally));
  assert.deepEqual(Object.keys(tally.report().repairs), ["composed"]);
  const words = wordsOf(text);
  const wanted = ITEMS.flatMap((one, i) => {
    const at = ITEMS.slice(0, i).reduce((sum, { text: before }) => sum + before.length + 1, 0);
    return one.mentions.map(({ start, end, label }) => [at + start, at + end, joinedType(label)]);
  });
  assert.deepEqual(
    record.ner.map(([first, last, label]) => [words[first].start, words[last].end, label]),
    wanted,
  );
});

test("bmes, a sign a line as Chinese sets have it: joined and cut anew, a mention keeps its place", async () => {
  const texts = ITEMS.map(({ text }) => text.replace(/[\s\p{Cc}\ufeff]/gu, "")).filter((text) => text !== "");
  const mentions = texts.map((text) => {
    const words = wordsOf(text);
    const first = random.integer(0, words.length - 1);
    return { start: words[first].start, end: words[random.integer(first, words.length - 1)].end };
  });
  const files = texts.map((text, i) => {
    let at = 0;
    const rows = [...text].map((sign) => {
      const [begins, ends] = [at === mentions[i].start, at + sign.length === mentions[i].end];
      const inside = at >= mentions[i].start && at < mentions[i].end;
      at += sign.length;
      return `${sign}\t${inside ? `${begins && ends ? "S" : begins ? "B" : ends ? "E" : "M"}-x` : "O"}\n`;
    });
    return `${rows.join("")}\n`;
  });
  const tally = new Tally();
  const path = scratch.file("signs.bmes", files.join(""));
  const records = await all(readFormat("bmes", path, { words: "gliner", align: "strict" }, tally));
  assert.deepEqual(Object.keys(tally.report().repairs), ["composed"]);
  for (const [i, text] of texts.entries()) {
    const words = wordsOf(text);
    const [[first, last]] = records[i].ner;
    assert.deepEqual({ start: words[first].start, end: words[last].end }, mentions[i], text);
  }
});

const joinedType = (label: string) => label.replaceAll(" ", "_");

/** As brat writes places: a piece a line. */
function pieces(words: string, start: number, end: number): string {
  const places: string[] = [];
  let from = start;
  for (const line of words.split("\n").slice(0, -1)) {
    places.push(`${from} ${from + [...line].length}`);
    from += [...line].length + 1;
  }
  return [...places, `${from} ${end}`].join(";");
}

/** The items in words, which is what a writer is given. */
const RECORDS = ITEMS.map(({ text, mentions }): NerRecord => {
  const words = wordsOf(text);
  const ner = mentions.map(({ start, end, label }): NerSpan => {
    return [
      words.findIndex((word) => word.start === start),
      words.findIndex((word) => word.end === end),
      joinedType(label),
    ];
  });
  return { tokens: words.map((word) => word.text), ner: ner.sort(byPlace) };
});
/**
 * One tag a word has no room for mentions inside others, and a line none for U+FEFF, which is no word at the beginning of a file: writers refuse it.
 */
const FLAT = RECORDS.filter(({ tokens }) => !tokens.includes("\ufeff")).map(({ tokens, ner }): NerRecord => {
  return { tokens, ner: ner.filter(([a, b], i) => !ner.slice(0, i).some(([c, d]) => c <= b && a <= d)) };
});

function byPlace(a: NerSpan, b: NerSpan): number {
  return a[0] - b[0] || b[1] - a[1] || (a[2] < b[2] ? -1 : 1);
}

/** Written in a form and read again. */
async function there(form: WriterName & RecordFormat, records: readonly NerRecord[]): Promise<NerRecord[]> {
  const input = scratch.file(`${form}.in.jsonl`, records.map((record) => `${recordLine(record)}\n`).join(""));
  const out = join(scratch.folder, form === "brat" ? "back.ann" : `back.${form}`);
  const tally = new Tally();
  await convert({ inputs: [input], from: "gliner", to: form, out }, tally);
  assert.deepEqual(tally.report().repairs, {}, form);
  const back = await all(readFormat(form, out, {}, new Tally()));
  return back.map(({ tokens, ner }) => ({ tokens, ner: ner.sort(byPlace) }));
}

for (const form of ["label-studio", "doccano", "spacy", "prodigy", "csv", "instruct"] as const)
  test(`${form}, written here and read again: every word and every mention`, async () => {
    assertSame(await there(form, RECORDS), RECORDS);
  });

for (const form of ["hf", "conll2012", "bmes", "bio"] as const)
  test(`${form}, written here and read again: every word and every mention that is no part of another`, async () => {
    assertSame(await there(form, FLAT), FLAT);
  });

test("brat, written here and read again: the lines of one document", async () => {
  const [document] = await there("brat", RECORDS);
  assert.deepEqual(
    document.tokens,
    RECORDS.flatMap(({ tokens }) => tokens),
  );
  let at = 0;
  const wanted = RECORDS.flatMap(({ tokens, ner }) => {
    const own = ner.map(([first, last, label]): NerSpan => [at + first, at + last, label]);
    at += tokens.length;
    return own;
  });
  assert.deepEqual(document.ner, wanted);
});

test("gliner2, written here and read again: every mention at its place, and besides only the same words elsewhere", async () => {
  const back = await there("gliner2", RECORDS);
  for (const [i, { tokens, ner }] of RECORDS.entries()) {
    assert.deepEqual(back[i].tokens, tokens);
    const found = new Set(back[i].ner.map(String));
    for (const span of ner) assert.ok(found.has(String(span)), `${span} in: ${tokens.join(" ")}`);
    const known = new Set(ner.map(String));
    const wordsAt = ([first, last]: NerSpan) =>
      tokens
        .slice(first, last + 1)
        .join(" ")
        .toLowerCase();
    for (const span of back[i].ner)
      assert.ok(
        known.has(String(span)) || ner.some((own) => own[2] === span[2] && wordsAt(span).includes(wordsAt(own))),
        `${span} in: ${tokens.join(" ")}`,
      );
  }
});

function assertSame(found: readonly NerRecord[], wanted: readonly NerRecord[]): void {
  assert.equal(found.length, wanted.length);
  for (const [i, record] of wanted.entries()) assert.deepEqual(found[i], record, record.tokens.join(" "));
}
