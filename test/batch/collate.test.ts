import assert from "node:assert/strict";
import { test } from "node:test";
import { collate } from "../../lib/batch/collate";
import { asPreprocessed } from "../../lib/batch/unknown-words";
import { SubwordTokenizer } from "../../lib/text/tokenizer";
import { TINY_BERT } from "../tiny";

const tokenizer = SubwordTokenizer.load(TINY_BERT);
const CONFIG = {
  ent_token: "<<ENT>>",
  sep_token: "<<SEP>>",
  class_token_index: tokenizer.tokenId("<<ENT>>") ?? -1,
  embed_ent_token: true,
  subtoken_pooling: "first",
  max_len: 6,
  max_width: 3,
};

test("preprocess_text: words that their subwords do not spell again are [UNK], types too", () => {
  const words = ["anna", "zzz☃", "Anna", " "];
  const shown = words.map((word) => asPreprocessed(word, tokenizer));
  for (const [i, word] of words.entries())
    assert.equal(shown[i] === word, tokenizer.decode(tokenizer.encodeWord(word)) === word, word);
  assert.equal(shown[2], "[UNK]");
  assert.equal(shown[3], "[PAD]");
  // The tiny model's tokenizer lower-cases: it does not spell a capital again.
  const example = { tokens: ["Anna"], types: ["Person"], ner: [] };
  const plain = collate([example], tokenizer, CONFIG);
  const preprocessed = collate([example], tokenizer, { ...CONFIG, preprocess_text: true });
  const unknown = tokenizer.encodeWord("[UNK]");
  assert.equal([...preprocessed.inputIds].filter((id) => id === unknown[0]).length, 2);
  assert.notDeepEqual([...plain.inputIds], [...preprocessed.inputIds]);
});

test("one_type_per_span: the last of a span's types stays", () => {
  const example = {
    tokens: ["Anna", "Smith"],
    types: ["person", "name"],
    ner: [
      [0, 1, "person"],
      [0, 1, "name"],
      [1, 1, "name"],
      [1, 1, "city"],
    ] as [number, number, string][],
  };
  const at = (start: number, width: number, c: number) => (start * 3 + width) * 2 + c;
  const both = collate([example], tokenizer, CONFIG).labels ?? [];
  const last = collate([example], tokenizer, { ...CONFIG, one_type_per_span: true }).labels ?? [];
  assert.deepEqual([both[at(0, 1, 0)], both[at(0, 1, 1)], both[at(1, 0, 1)]], [1, 1, 1]);
  assert.deepEqual([last[at(0, 1, 0)], last[at(0, 1, 1)], last[at(1, 0, 1)]], [0, 1, 1]);
});

test("gold that cannot be represented is left out: too wide, beyond the cut, of a type not asked", () => {
  const tokens = "a b c d e f g h".split(" ");
  const ner: [number, number, string][] = [
    [0, 3, "x"],
    [5, 6, "x"],
    [0, 0, "y"],
    [1, 2, "x"],
  ];
  const { labels, W, wordsLost } = collate([{ tokens, types: ["x"], ner }], tokenizer, CONFIG);
  assert.deepEqual([W, wordsLost], [6, [2]]);
  assert.deepEqual(
    [...(labels ?? [])].flatMap((value, i) => (value ? [i] : [])),
    [1 * 3 + 1],
  );
  // The token-level head takes any width.
  const words = collate([{ tokens, types: ["x"], ner }], tokenizer, { ...CONFIG, span_mode: "token_level" });
  assert.equal(
    [...(words.labels ?? [])].filter((_, i) => i % 3 === 2).reduce((a, b) => a + b),
    4,
  );
});
