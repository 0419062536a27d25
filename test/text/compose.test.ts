/** Composed text and the way back: 5,000 random texts of accents apart, emoji and scripts, edge by edge. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { randomStream } from "../../lib/random";
import { ComposedText } from "../../lib/text/compose";
import { wordsOf } from "../../lib/text/reading";
import { splitWords } from "../../lib/text/words";
import { randomText } from "../random-texts";

const random = randomStream(7, "compose");
const TEXTS = Array.from({ length: 5000 }, () => randomText(random));

test("the composed form is NFC's, cluster by cluster", () => {
  let changed = 0;
  for (const text of TEXTS) {
    const composed = new ComposedText(text);
    assert.equal(composed.text, text.normalize("NFC"));
    changed += Number(composed.changes > 0);
  }
  assert.ok(changed > 2000, `${changed} texts have something to compose`);
});

test("every word of the composed text is a stretch of the text as it came, which composes to it and comes back", () => {
  for (const text of TEXTS) {
    const composed = new ComposedText(text);
    let before = 0;
    for (const { start, end } of splitWords(composed.text)) {
      const [from, to] = composed.toOriginal(start, end);
      const [first, last] = composed.toComposed(from, to);
      const shown = JSON.stringify([text, start, end]);
      assert.equal(text.slice(from, to).normalize("NFC"), composed.text.slice(first, last), shown);
      // Part of a character is the whole character.
      assert.ok(first <= start && end <= last, shown);
      assert.ok(from >= 0 && to <= text.length && from < to && from >= before, shown);
      before = from;
    }
  }
});

test("a text that is composed already is left as it is; a syllable of three letters is one", () => {
  const plain = new ComposedText("Zürich 👍 北京");
  assert.deepEqual([plain.changes, plain.toOriginal(3, 8), plain.toComposed(3, 8)], [0, [3, 8], [3, 8]]);
  const korean = new ComposedText(`a ${"각".normalize("NFD")} b`);
  assert.deepEqual([korean.text, korean.toOriginal(2, 3), korean.toOriginal(4, 5)], ["a 각 b", [2, 5], [6, 7]]);
  const reordered = new ComposedText("q\u0307\u0323!");
  assert.deepEqual(
    [reordered.toOriginal(0, 1), reordered.toOriginal(1, 2), reordered.toOriginal(3, 4)],
    [
      [0, 3],
      [0, 3],
      [3, 4],
    ],
  );
});

test("words of a reading: composed by default, as they are where nobody wants that", () => {
  const text = "Zu\u0308rich";
  assert.deepEqual(wordsOf(text), [{ text: "Zürich", start: 0, end: 7 }]);
  assert.deepEqual(
    wordsOf(text, { nfc: false }).map((word) => word.text),
    ["Zu", "\u0308", "rich"],
  );
});
