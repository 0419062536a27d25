/** Awkward texts keep their entities where they stand: words without subwords, marks of their own, other scripts, text of machines. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { useBackend } from "../../lib/backend";
import { SHIPPED_MODEL } from "../../lib/gliner/checkpoint/shipped";
import { GLiNER } from "../../lib/gliner/gliner";
import { SubwordTokenizer } from "../../lib/text/tokenizer";
import { AWKWARD_LABELS, AWKWARD_TEXTS } from "../awkward-texts";

before(() => useBackend());

test("Marie Curie and Paris are found behind whatever stands before them, where Python shifts them", async () => {
  const model = await GLiNER.fromPretrained(SHIPPED_MODEL);
  const texts = AWKWARD_TEXTS.filter((text) => /Marie Curie.*Paris/s.test(text) && text.length < 1000);
  const all = await model.inference(texts, AWKWARD_LABELS, { threshold: 0.5 });
  for (const [i, entities] of all.entries()) {
    const found = entities.map(({ text, label }) => `${text} = ${label}`);
    const [name, city] = ["Marie Curie = person", "Paris = city"];
    assert.ok(found.includes(name) && found.includes(city), `${JSON.stringify(texts[i])}: ${found.join(", ")}`);
  }
  // What the README tells of Python: the same weights, with the words numbered as 0.2.29 does.
  const heart = "Marie Curie ❤️ moved to Paris in 1891.";
  const cities = async () =>
    (await model.predictEntities(heart, ["person", "city"]))
      .filter(({ label }) => label === "city")
      .map(({ text }) => text);
  assert.deepEqual(await cities(), ["Paris"]);
  Object.assign(model.config, { wordNumbering: "seen" });
  assert.deepEqual(await cities(), ["to"]);
  model.dispose();
});

test("which words have no subwords: selectors, joiners, soft hyphens, marks of decomposed text and of scripts, not letters", () => {
  const tokenizer = SubwordTokenizer.load(SHIPPED_MODEL);
  const empty = (word: string) => tokenizer.encodeWord(word).length === 0;
  for (const mark of [
    "\ufe0f",
    "\u200b",
    "\u200d",
    "\u00ad",
    "\ufeff",
    "\u0301",
    "\u0947",
    "\u0e35",
    "\u064e",
    "\u0007",
  ])
    assert.ok(empty(mark), `U+${mark.charCodeAt(0).toString(16)}`);
  for (const word of ["❤", "मर", "มาร", "é", "-", "\u0430"]) assert.ok(!empty(word), word);
});

test("a capital sigma at the end of a word is lower-cased as Python does it: the two spellings are one", () => {
  const tokenizer = SubwordTokenizer.load(SHIPPED_MODEL);
  assert.deepEqual(tokenizer.encodeWord("ΣΊΣΥΦΟΣ"), tokenizer.encodeWord("σίσυφοσ"));
  assert.notDeepEqual(
    tokenizer.encodeWord("σίσυφος"),
    tokenizer.encodeWord("σίσυφοσ"),
    "a final sigma that is written stays",
  );
});
