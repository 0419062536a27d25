/** The word splitter on cases written out by hand; test/golden/words holds it to Python's own output. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { randomStream } from "../../lib/random";
import { CHARACTER_KINDS, WORD } from "../../lib/text/character-kinds";
import { splitAtSpaces, splitTokens, splitWords, splitWordsPlainly } from "../../lib/text/words";
import { ROOT } from "../tiny";

const words = (text: string) => splitWords(text).map((word) => word.text);

test("hyphens and underscores join words, other signs stand alone", () => {
  assert.deepEqual(words("A state-of-the-art snake_case x."), ["A", "state-of-the-art", "snake_case", "x", "."]);
  assert.deepEqual(words("a--b -c d-"), ["a", "-", "-", "b", "-", "c", "d", "-"]);
  assert.deepEqual(words("O'Neil paid $4.5"), ["O", "'", "Neil", "paid", "$", "4", ".", "5"]);
});

test("letters of every script are word characters, combining marks are not", () => {
  assert.deepEqual(words("Zürich naïve 東京。Ⅷ½"), ["Zürich", "naïve", "東京", "。", "Ⅷ½"]);
  // "é" as one character, and as e with a combining accent: Python splits the second, and so the two texts give other words.
  assert.deepEqual(words("caf\u00e9s"), ["caf\u00e9s"]);
  assert.deepEqual(words("cafe\u0301s"), ["cafe", "\u0301", "s"]);
});

test("offsets are UTF-16 units, end exclusive, behind an emoji as elsewhere", () => {
  const text = " 😀 Ada 𝒜b!";
  assert.deepEqual(splitWords(text), [
    { text: "😀", start: 1, end: 3 },
    { text: "Ada", start: 4, end: 7 },
    { text: "𝒜b", start: 8, end: 11 },
    { text: "!", start: 11, end: 12 },
  ]);
  for (const word of splitWords(text)) assert.equal(text.slice(word.start, word.end), word.text);
});

test("white space is Python's: U+001C to U+001F and U+0085 separate, U+FEFF is a word", () => {
  assert.deepEqual(words("a\u001cb\u001fc\u0085d\u00a0e\u2003f"), ["a", "b", "c", "d", "e", "f"]);
  assert.deepEqual(words("\ufeffa"), ["\ufeff", "a"]);
  assert.deepEqual(words(""), []);
  assert.deepEqual(words(" \t\r\n\u3000"), []);
});

test("half a surrogate pair is one sign, not an error", () => {
  assert.deepEqual(words("a\ud83d b"), ["a", "\ud83d", "b"]);
});

interface Splitter {
  python_word_ranges: [first: number, last: number][];
  python_space_ranges: [first: number, last: number][];
}
const splitter = JSON.parse(readFileSync(join(ROOT, "test/golden/words/splitter.json"), "utf8")) as Splitter;

/** Python's own answer for every code point: 2 for `\w`, 1 for `\s`, 0 for neither. */
function pythonKinds({ python_word_ranges: word, python_space_ranges: space }: Splitter): Uint8Array {
  const kinds = new Uint8Array(0x110000);
  for (const [first, last] of word) kinds.fill(2, first, last + 1);
  for (const [first, last] of space) kinds.fill(1, first, last + 1);
  return kinds;
}
const KINDS = pythonKinds(splitter);

/** `\w+(?:[-_]\w+)*|\S` over a list of code points, written without our splitter. */
function oracle(text: string): string[] {
  const characters = [...text];
  const isWord = (i: number) => i < characters.length && KINDS[characters[i].codePointAt(0) ?? 0] === 2;
  const found: string[] = [];
  for (let i = 0; i < characters.length; ) {
    let end = i + 1;
    if (isWord(i)) {
      for (;;) {
        while (isWord(end)) end++;
        if (!(characters[end] === "-" || characters[end] === "_") || !isWord(end + 1)) break;
        end += 2;
      }
    } else if (KINDS[characters[i].codePointAt(0) ?? 0] === 1) {
      i = end;
      continue;
    }
    found.push(characters.slice(i, end).join(""));
    i = end;
  }
  return found;
}

/** Strings of every plane: half surrogate pairs, the edges of Python's runs, hyphens, spaces and plain letters. */
function* hostileStrings(count: number): Generator<string> {
  const random = randomStream(0, "hostile strings");
  const edges = splitter.python_word_ranges.flatMap(([first, last]) => [first - 1, first, last, last + 1]);
  const draw: (() => number)[] = [
    () => random.integer(0, 0x10ffff),
    () => random.integer(0, 0xffff),
    () => random.integer(0xd800, 0xdfff),
    () => edges[random.integer(0, edges.length - 1)],
    () => random.integer(0x20, 0x7e),
    () => random.integer(0x61, 0x7a),
    () => [0x2d, 0x5f, 0x20, 0x0a, 0x85, 0x1c, 0xfeff, 0x300][random.integer(0, 7)],
  ];
  for (let n = 0; n < count; n++) {
    const length = random.integer(1, 24);
    const points = Array.from({ length }, () => Math.max(0, draw[random.integer(0, draw.length - 1)]()));
    yield points.map((point) => String.fromCodePoint(point)).join("");
  }
}

test("the table of characters is Python 3.11's, for every code point", () => {
  for (let point = 0; point < 0x110000; point++)
    if (CHARACTER_KINDS[point] !== KINDS[point]) assert.fail(`U+${point.toString(16)} is of another kind`);
});

test("100,000 strings over all planes split as Python splits them", () => {
  let joined = 0;
  for (const text of hostileStrings(100_000)) {
    const ours = splitTokens(text);
    const wanted = oracle(text);
    if (ours.length !== wanted.length || ours.some((word, i) => word !== wanted[i]))
      assert.deepEqual(ours, wanted, JSON.stringify(text));
    if (ours.some((word) => /[^-]-[^-]/.test(word))) joined++;
  }
  assert.ok(joined > 2_000, `only ${joined} strings had a joined word: the strings do not try it`);
});

test("the expression and the pass over the characters agree, letters since Unicode 14 aside", () => {
  let compared = 0;
  for (const text of hostileStrings(20_000)) {
    const later = [...text].some((c) => /[\p{L}\p{N}]/u.test(c) && CHARACTER_KINDS[c.codePointAt(0) ?? 0] !== WORD);
    if (later) continue;
    assert.deepEqual(splitWords(text), splitWordsPlainly(text), JSON.stringify(text));
    compared++;
  }
  assert.ok(compared > 10_000, `only ${compared} strings could be compared`);
});

test("cut at white space as Python's str.split() does", () => {
  const split = (text: string) => splitAtSpaces(text).map((word) => word.text);
  assert.deepEqual(split("  it 's  a\u00a0state-of-the-art\u0085test.\n"), [
    "it",
    "'s",
    "a",
    "state-of-the-art",
    "test.",
  ]);
  assert.deepEqual(split("\ufeffa \ud83d"), ["\ufeffa", "\ud83d"]);
  assert.deepEqual(split(" \t"), []);
  for (const word of splitAtSpaces(" 😀 Ada")) assert.equal(" 😀 Ada".slice(word.start, word.end), word.text);
});
