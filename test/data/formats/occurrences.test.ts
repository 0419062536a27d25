import assert from "node:assert/strict";
import { test } from "node:test";
import { Occurrences, occurrencesPlainly } from "../../../lib/data/formats/occurrences";
import { randomStream } from "../../../lib/random";

test("every run of words that equals the mention, whatever the case, overlapping ones too", () => {
  const words = ["Ada", "ada", "ADA", "x"];
  assert.deepEqual(new Occurrences(words).ofText("ada"), [
    [0, 0],
    [1, 1],
    [2, 2],
  ]);
  assert.deepEqual(new Occurrences(words).ofText("Ada ada"), [
    [0, 1],
    [1, 2],
  ]);
  assert.deepEqual(new Occurrences(words).ofText("ad"), []);
  assert.deepEqual(new Occurrences(words).ofText(" \t"), []);
  assert.deepEqual(new Occurrences([]).ofText("a"), []);
  // U+0130 is longer in lower case, and a final sigma is another letter there.
  assert.deepEqual(new Occurrences(["İİ", "ΟΔΟΣ", "Σ"]).ofText("οδος"), [[1, 1]]);
  assert.deepEqual(new Occurrences(["İ", "b"]).ofText("i̇ b"), []);
});

test("the search in one string finds what the comparison run by run finds", () => {
  const random = randomStream(0, "occurrences");
  const stock = ["a", "A", "aa", "b", ".", "İ", "i̇", "ß", "ΟΣ", "ος", "Σ", "-", "a-b", "😀", "ı"];
  const draw = (most: number) =>
    Array.from({ length: random.integer(0, most) }, () => stock[random.integer(0, stock.length - 1)]);
  let found = 0;
  for (let n = 0; n < 5000; n++) {
    const words = draw(12);
    const search = new Occurrences(words);
    for (const mention of [draw(2), draw(3), words.slice(1, 3)]) {
      const places = search.of(mention);
      assert.deepEqual(places, occurrencesPlainly(words, mention), JSON.stringify([words, mention]));
      found += places.length;
    }
  }
  assert.ok(found > 3000, `${found} places`);
});
