/** The word splitter on cases written out by hand; test/golden/words holds it to Python's own output. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { splitWords } from "../../lib/text/words";

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
