import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { parseMarked } from "../../lib/data/marked/parse";
import { toRecord } from "../../lib/gliner/export";
import { splitTokens } from "../../lib/text/words";
import { TINY_BERT } from "../tiny";
import { verb } from "./verb";

const scratch = mkdtempSync(join(tmpdir(), "predict-"));
after(() => rmSync(scratch, { recursive: true }));

const TEXT = "👍 Anna Smith met Boris Garcia in Paris last Tuesday.";
const ASKED = ["--model", TINY_BERT, "--labels", "person,organization,person"];
const MODEL = [...ASKED, "--threshold", "0.3"];

const rows = (out: string) =>
  out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test("one JSON object an entity, keys and offsets as promised; a duplicate label is warned of once", () => {
  const { code, out, err } = verb("predict", MODEL, TEXT);
  assert.equal(code, 0, err);
  assert.ok(rows(out).length > 0);
  for (const row of rows(out)) {
    assert.deepEqual(Object.keys(row), ["text", "label", "start", "end", "score"]);
    assert.equal(TEXT.slice(row.start as number, row.end as number), row.text);
  }
  assert.equal(err.match(/1 duplicate labels? left out/g)?.length, 1);
});

test("Python's offsets are code points; --lines tells the line", () => {
  const last = rows(verb("predict", MODEL, TEXT).out).at(-1) ?? {};
  const { out } = verb("predict", [...MODEL, "--offsets", "codepoints", "--lines"], `\n${TEXT}\n`);
  const row = rows(out).at(-1) ?? {};
  assert.deepEqual([row.line, row.start, row.end], [2, (last.start as number) - 1, (last.end as number) - 1]);
});

test("blank text has no entities and is no error", () => {
  const { code, out } = verb("predict", MODEL, " \n\t\n");
  assert.deepEqual([code, out], [0, ""]);
});

test("a long text is read to its end, in sentences or windows; --truncate leaves the end out and counts it", () => {
  const long = `${TEXT} `.repeat(40);
  const sentences = verb("predict", MODEL, long);
  assert.equal(sentences.code, 0, sentences.err);
  assert.doesNotMatch(sentences.err, /windows/);
  assert.equal(
    rows(sentences.out).at(-1)?.end,
    (rows(verb("predict", MODEL, TEXT).out).at(-1)?.end as number) + 39 * (TEXT.length + 1),
  );
  const whole = verb("predict", [...MODEL, "--window", "model"], long);
  assert.equal(whole.code, 0, whole.err);
  const last = rows(whole.out).at(-1) ?? {};
  assert.ok((last.end as number) > long.length - TEXT.length);
  assert.equal(long.slice(last.start as number, last.end as number), last.text);
  assert.match(whole.err, /1 of 1 texts longer than one window: read in overlapping windows/);
  const cut = verb("predict", [...MODEL, "--truncate"], long);
  assert.match(cut.err, /\d+ words at the end were not read/);
  assert.ok(rows(cut.out).length < rows(whole.out).length);
  const small = verb("predict", [...MODEL, "--window", "12", "--overlap", "6"], long);
  assert.equal(small.code, 0, small.err);
  assert.notEqual(small.out, whole.out);
});

test("truncation stands in --json by line, and --fail-on-truncation ends with 1", () => {
  const out = join(scratch, "truncated.json");
  const input = `${TEXT}\n${`${TEXT} `.repeat(40)}\n${TEXT}`;
  const cut = verb("predict", [...MODEL, "--lines", "--truncate", "--json", out], input);
  assert.equal(cut.code, 0, cut.err);
  const result = JSON.parse(readFileSync(out, "utf8"));
  assert.deepEqual(Object.keys(result), ["entities", "texts", "texts_in_windows", "words_not_read", "truncated"]);
  assert.deepEqual(result.entities, rows(cut.out));
  const [{ line, words_not_read }] = result.truncated;
  assert.deepEqual([result.texts, result.truncated.length, line], [3, 1, 2]);
  assert.equal(words_not_read, result.words_not_read);
  assert.match(cut.err, new RegExp(`${words_not_read} words at the end were not read`));
  const failed = verb("predict", [...MODEL, "--lines", "--truncate", "--fail-on-truncation"], input);
  assert.equal(failed.code, 1);
  assert.match(failed.err, /line 2: \d+ words at the end were not read, and --fail-on-truncation is given/);
  assert.equal(failed.out, "");
  const whole = verb(
    "predict",
    [...MODEL, "--lines", "--window", "model", "--fail-on-truncation", "--json", out],
    input,
  );
  assert.equal(whole.code, 0, whole.err);
  const read = JSON.parse(readFileSync(out, "utf8"));
  assert.deepEqual([read.texts_in_windows, read.words_not_read, read.truncated], [1, 0, []]);
});

test("302 types are refused where six rows of unread words were printed; in parts they are answered", () => {
  const types = Array.from({ length: 302 }, (_, i) => `kind ${i}`).join(",");
  const words = ["--model", TINY_BERT, "--labels", types, "--truncate"];
  const refused = verb("predict", words, TEXT);
  assert.deepEqual([refused.code, refused.out], [1, ""]);
  assert.match(refused.err, /^predict: the prompt of 302 types takes \d+ .*\n$/);
  const parts = verb("predict", [...words, "--labels-at-once", "8"], TEXT);
  assert.equal(parts.code, 0, parts.err);
});

test("wrong words end with 2, a missing model with 1, each with one sentence and nothing on standard output", () => {
  const cases: [string[], number, RegExp][] = [
    [["--model", TINY_BERT], 2, /--labels is missing/],
    [["--model", TINY_BERT, "--labels", ","], 2, /wanted at least one entity type/],
    [
      ["--model", TINY_BERT, "--labels", "absent/labels.txt"],
      2,
      /absent\/labels\.txt looks like a file and is not there/,
    ],
    [[...ASKED, "--threshold", "high"], 2, /--threshold got "high"/],
    [[...MODEL, "--nonsense"], 2, /--nonsense/],
    [[...MODEL, "--window", "2"], 2, /a window of 2 words, wanted a whole number from 6 to max_len 48/],
    [[...MODEL, "--window", "sentence", "--overlap", "8"], 2, /--overlap is of windows/],
    [
      [...ASKED, "--threshold", "person=.3,planet=.2"],
      2,
      /--threshold names "planet", which --labels does not ask for/,
    ],
    [[...MODEL, "--splitter", "spacy"], 2, /--splitter got "spacy", wanted "gliner" or "intl"/],
    [[...MODEL, "--overlap", "1"], 2, /overlap by 1, wanted a whole number from 5/],
    [[...MODEL, "--truncate", "--window", "20"], 2, /--truncate reads no windows/],
    [[...MODEL, "--to", "xml"], 2, /--to got "xml", wanted one of jsonl, marked, bio, html/],
    [[...MODEL, "--to", "bio", "--nested"], 2, /one tag a word/],
    [["--model", "absent-model", "--labels", "a"], 1, /model folder absent-model does not exist/],
  ];
  for (const [words, code, message] of cases) {
    const ended = verb("predict", words, TEXT);
    assert.equal(ended.code, code, words.join(" "));
    assert.match(ended.err, message);
    assert.equal(ended.err.trim().split("\n").length, 1, ended.err);
    assert.equal(ended.out, "");
  }
});

test("--to marked is a line a text, which preprocess reads back with the same spans", () => {
  const input = `${TEXT}\n\nNobody [here] | C:\\dir\n`;
  const { code, out, err } = verb("predict", [...MODEL, "--lines", "--to", "marked"], input);
  assert.equal(code, 0, err);
  const [first, second, third] = out.split("\n");
  assert.match(first, /\[\[[^|]+\|person\]\]/);
  assert.equal(second, "");
  assert.equal(parseMarked(third, "third").text, "Nobody [here] | C:\\dir");
  const answers = rows(verb("predict", MODEL, TEXT).out);
  const { text, mentions } = parseMarked(first, "first");
  assert.equal(text, TEXT);
  assert.deepEqual(
    mentions,
    answers.map(({ start, end, label }) => ({ start, end, label })).sort((a, b) => Number(a.start) - Number(b.start)),
  );
  const file = join(scratch, "corrected.txt");
  const records = join(scratch, "corrected.jsonl");
  writeFileSync(file, out);
  const read = verb("preprocess", ["--from", "marked", file, "--out", records]);
  assert.equal(read.code, 0, read.err);
  const [record] = rows(readFileSync(records, "utf8"));
  assert.deepEqual(record, toRecord(text, mentions) as unknown as Record<string, unknown>);
});

test("--to bio is a word and a tag a line, --to html a page with the text and its types", () => {
  const bio = verb("predict", [...MODEL, "--to", "bio"], TEXT);
  assert.equal(bio.code, 0, bio.err);
  const lines = bio.out.trimEnd().split("\n");
  assert.deepEqual(
    lines.map((line) => line.split("\t")[0]),
    splitTokens(TEXT),
  );
  const begun = lines.filter((line) => line.split("\t")[1].startsWith("B-"));
  assert.equal(begun.length, rows(verb("predict", MODEL, TEXT).out).length);
  const html = verb("predict", [...MODEL, "--to", "html"], `${TEXT} <b>&`);
  assert.equal(html.code, 0, html.err);
  assert.match(html.out, /^<!doctype html>.*<mark [^>]*>.*\[person .*&lt;.*<\/html>\n$/s);
  const body = html.out.slice(html.out.indexOf("<main>"));
  const bare = body.replace(/<bdi>[^<]*<\/bdi>|<[^>]*>/g, "").replace(/\s/g, "");
  assert.equal(bare, `${TEXT} &lt;b&gt;&amp;`.replace(/\s/g, ""));
});

test("accents apart are read as letters, words and offsets are the text's own; thresholds by type come from a file too", () => {
  const apart = "Zoe\u0308 Smith met Boris Garcia in Paris.";
  const { out } = verb("predict", MODEL, apart);
  assert.ok(rows(out).length > 0);
  for (const { text, start, end } of rows(out)) assert.equal(apart.slice(start as number, end as number), text);
  const file = join(scratch, "thresholds.json");
  writeFileSync(file, JSON.stringify({ recall: 0.9, thresholds: { person: 0.3, organization: 1, planet: 0.2 } }));
  const words = ["--model", TINY_BERT, "--labels", "person,organization", "--threshold"];
  const [ofFile, given] = [
    [...words, file],
    [...words, "person=.3,organization=1"],
  ].map((one) => verb("predict", one, TEXT));
  assert.equal(ofFile.code, 0, ofFile.err);
  assert.equal(ofFile.out, given.out);
  assert.deepEqual([...new Set(rows(given.out).map(({ label }) => label))], ["person"]);
});

test("--help explains every option and ends with 0", () => {
  const { code, out } = verb("predict", ["--help"]);
  assert.equal(code, 0);
  for (const word of [
    "--model",
    "--labels",
    "--threshold",
    "--nested",
    "--multi-label",
    "--offsets",
    "--window",
    "--splitter",
    "--no-nfc",
    "--truncate",
    "--to",
    "--json",
    "exit code",
  ])
    assert.ok(out.includes(word), word);
});
