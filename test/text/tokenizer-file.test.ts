/** tokenizer.json of a stranger: bounded in time and memory, and one sentence where it cannot be used. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { SubwordTokenizer } from "../../lib/text/tokenizer";
import { ROOT, TINY_BERT } from "../tiny";
import { refused } from "../weights/refused";

type Json = Record<string, unknown>;

const TINY_DEBERTA = join(ROOT, "test/golden/tiny_deberta");
const scratch = mkdtempSync(join(tmpdir(), "tokenizer-"));
after(() => rmSync(scratch, { recursive: true }));

const read = (folder: string, name: string) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Json;
const config = read(TINY_BERT, "tokenizer_config.json");
const tiny = read(TINY_BERT, "tokenizer.json");

/** A tokenizer.json like a tiny model's, changed. */
function changed(change: Change, folder = TINY_BERT): Json {
  const file = read(folder, "tokenizer.json");
  change(file, file.model as Json);
  return file;
}

type Change = (file: Json, model: Json) => void;

/** Sets keys of the file, or of its model. */
const set =
  (values: Json): Change =>
  (file) =>
    void Object.assign(file, values);
const setModel =
  (values: Json): Change =>
  (_, model) =>
    void Object.assign(model, values);

const of = (file: Json, own: Json = config) => SubwordTokenizer.of(file, own, "x");
const refuses = (change: Change, reason: RegExp, folder?: string) => refused(() => of(changed(change, folder)), reason);

test("ids that are negative, fractions, text, far out, or given twice are refused by the piece's name", async () => {
  for (const [id, words] of [
    [-1, "-1"],
    [1.5, "1.5"],
    ["7", '"7"'],
    [null, "null"],
    [2e9, "2000000000"],
  ] as const)
    await refuses(
      (_, model) => {
        (model.vocab as Json).odd = id;
      },
      new RegExp(`the piece "odd" has the id ${words}, wanted a whole number from 0 to 1199999`),
    );
  await refuses((_, model) => {
    (model.vocab as Json).odd = 5;
  }, /the pieces ".+" and "odd" both have the id 5/);
  const added = (token: Json) => (file: Json) => {
    (file.added_tokens as Json[]).push(token);
  };
  await refuses(added({ id: 5, content: "<<NEW>>" }), /the added token "<<NEW>>" has the id 5 of "/);
  await refuses(added({ id: -3, content: "<<NEW>>" }), /"<<NEW>>" has the id -3/);
  await refuses(added({ id: "9", content: "<<NEW>>" }), /"<<NEW>>" has the id "9"/);
  await refuses(added({ id: 5000, content: "<<ENT>>" }), /the added token "<<ENT>>" has the ids \d+ and 5000/);
  await refuses(added({ id: 5000, content: "" }), /an added token without a text/);
});

test("pieces of Unigram: a list of [piece, score], each once", async () => {
  const vocab = (change: (list: unknown[]) => void) => (_: Json, model: Json) => change(model.vocab as unknown[]);
  for (const [change, reason] of [
    [vocab((list) => list.push(["odd", "1"])), /entry \d+ of "vocab" is \["odd","1"\], wanted \[piece, score\]/],
    [vocab((list) => list.push("odd")), /entry \d+ of "vocab" is "odd"/],
    [vocab((list) => list.push(list[7])), /the piece ".+" has the ids 7 and \d+/],
    [vocab((list) => list.splice(0)), /wanted a list of \[piece, score\]/],
    [setModel({ unk_id: 1e6 }), /"unk_id" is 1000000, wanted the id of one of/],
  ] as const)
    await refuses(change, reason, TINY_DEBERTA);
});

test("a type of model that is not built is named", async () => {
  for (const type of ["WordLevel", "wordpiece", undefined, 7])
    await refuses(setModel({ type }), /has a model of type .*, wanted one of WordPiece, BPE, Unigram/);
  await refuses(set({ model: null }), /has no "model"/);
});

const expression = (Regex: string) => ({ type: "Replace", pattern: { Regex }, content: "" });
const WORD = `${"a".repeat(5000)}!`;

test("an expression that explodes does not, wherever it stands", () => {
  const evil = "(a+)+$";
  const split = { type: "Split", pattern: { Regex: evil }, behavior: "Isolated", invert: false };
  const plain = of(changed(() => undefined));
  for (const change of [
    set({ normalizer: expression(evil) }),
    set({ normalizer: { type: "Sequence", normalizers: [tiny.normalizer, expression(evil)] } }),
    set({ pre_tokenizer: split }),
    set({ pre_tokenizer: { type: "Sequence", pretokenizers: [split, tiny.pre_tokenizer] } }),
    // Added tokens are normalised while the tokenizer is built.
    (file: Json) => {
      file.normalizer = expression(evil);
      (file.added_tokens as Json[]).push({ id: 4000, content: WORD, normalized: true, special: false });
    },
  ])
    assert.ok(of(changed(change)).encodeWord(WORD.slice(1)).length > 0);
  const decoder = changed(set({ decoder: { type: "Replace", pattern: { Regex: evil }, content: "" } }));
  assert.equal(typeof of(decoder).decode(plain.encodeWord(WORD)), "string");
});

test("an expression that cannot be bounded, or is no expression, is refused", async () => {
  for (const Regex of ["a(?=b)", "(a)\\1", "(", "x".repeat(2001)])
    await refuses(set({ normalizer: expression(Regex) }), /bounded time|cannot be used|at most 2000/);
});

test("steps that would make a word endless are refused", async () => {
  const double = { type: "Replace", pattern: { String: "a" }, content: "aa" };
  const chain = changed(set({ normalizer: { type: "Sequence", normalizers: Array(40).fill(double) } }));
  await refused(() => of(chain).encodeWord("a"), /makes \d+ characters of \d+, wanted at most 4000000/);
  await refuses(
    set({ normalizer: { type: "Sequence", normalizers: Array(101).fill(double) } }),
    /"normalizer" has more than 100 steps/,
  );
  await refuses(
    set({ normalizer: { ...double, content: "a".repeat(33) } }),
    /"normalizer" puts "a+" into words, wanted at most 32/,
  );
  await refuses(set({ normalizer: { type: "Prepend", prepend: "a".repeat(1e6) } }), /at most 32/);
  await refuses(set({ pre_tokenizer: { type: "FixedLength", length: 0 } }), /cuts words into pieces of 0 characters/);
});

test("model_max_length is a length, or says that there is none", async () => {
  const limit = (value: unknown) =>
    of(
      changed(() => undefined),
      { ...config, model_max_length: value },
    );
  for (const value of [-1, 0, 2, 3.5, "512", Number.NaN])
    await refused(() => limit(value), /"model_max_length" is .*, wanted a whole number from 3 on/);
  for (const value of [1e30, null, undefined]) assert.equal(limit(value).modelMaxLength, Number.POSITIVE_INFINITY);
});

test("a vocabulary without end is refused before it is parsed", async () => {
  const file = (name: string, text: string) => {
    const folder = mkdtempSync(join(scratch, name));
    writeFileSync(join(folder, "tokenizer.json"), text);
    writeFileSync(join(folder, "tokenizer_config.json"), JSON.stringify(config));
    return folder;
  };
  const many = `{"model":{"type":"WordPiece","vocab":{${Array.from({ length: 2.6e6 }, (_, i) => `"${i}":${i}`)}}}}`;
  await refused(() => SubwordTokenizer.load(file("many", many)), /tokenizer\.json has some 2\d{6} values/);
  const wide = `{"model":{"type":"WordPiece","vocab":{"${"a".repeat(51e6)}":1}}}`;
  await refused(() => SubwordTokenizer.load(file("wide", wide)), /tokenizer\.json has 51\d{6} bytes/);
  await refuses(
    (_, model) => (model.vocab as unknown[]).push(["a".repeat(9e6), 1]),
    /has \d+ pieces of 9\d{6} characters together/,
    TINY_DEBERTA,
  );
});

test("a word of a million characters takes no longer than its beginning, which is what is read", () => {
  for (const folder of [TINY_BERT, TINY_DEBERTA]) {
    const tokenizer = SubwordTokenizer.load(folder);
    assert.deepEqual(tokenizer.encodeWord("ab".repeat(500_000)), tokenizer.encodeWord("ab".repeat(5000)));
    assert.ok(tokenizer.encodeWord(`${"a".repeat(9999)}👍👍`).length > 0);
  }
});
