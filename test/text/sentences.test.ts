/** Where sentences end, and where they only seem to. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { randomStream } from "../../lib/random";
import { sentenceStarts, splitSentences } from "../../lib/text/sentences";
import { splitWords } from "../../lib/text/words";
import { randomText } from "../random-texts";

const sentences = (text: string) => splitSentences(text).map(({ start, end }) => text.slice(start, end).trim());

test("abbreviations, initials, numbers and speech end no sentence", () => {
  assert.deepEqual(sentences("Dr. Smith met J. R. R. Tolkien in St. Louis. He paid approx. 20 euros (see fig. 2)."), [
    "Dr. Smith met J. R. R. Tolkien in St. Louis.",
    "He paid approx. 20 euros (see fig. 2).",
  ]);
  assert.deepEqual(sentences('"Really?" she said. It cost $3.5 million, e.g. in cash. See www.example.com now!'), [
    '"Really?" she said.',
    "It cost $3.5 million, e.g. in cash.",
    "See www.example.com now!",
  ]);
});

test("lines that go on are one sentence, headings and paragraphs are their own", () => {
  assert.deepEqual(sentences("A letter that was broken\nby hand goes on.\nSigned by Ada.\n\nlast paragraph"), [
    "A letter that was broken\nby hand goes on.",
    "Signed by Ada.",
    "last paragraph",
  ]);
  assert.deepEqual(sentences("他来自北京。他住在上海！好吗？"), ["他来自北京。", "他住在上海！", "好吗？"]);
});

test("sentences are the whole text, and their first words part its words", () => {
  const random = randomStream(5, "sentences");
  for (let i = 0; i < 500; i++) {
    const text = randomText(random, 30);
    const places = splitSentences(text);
    assert.equal(places.map(({ start, end }) => text.slice(start, end)).join(""), text);
    const words = splitWords(text);
    const starts = sentenceStarts(text, words);
    if (words.length) assert.equal(starts[0], 0);
    for (let n = 1; n < starts.length; n++) assert.ok(starts[n] > starts[n - 1] && starts[n] < words.length);
  }
  assert.deepEqual(sentenceStarts("One. Two three. Four.", splitWords("One. Two three. Four.")), [0, 2, 5]);
  assert.deepEqual([splitSentences(""), sentenceStarts("", [])], [[], []]);
});
