import assert from "node:assert/strict";
import { test } from "node:test";
import { checkSentences } from "../../../lib/data/inspect/sentences";
import { masked } from "../../../lib/data/inspect/sentences/repetition";
import { parseMarked } from "../../../lib/data/marked/parse";
import { sentencesOf } from "../../../lib/data/marked/sentences";
import { parseTypes } from "../../../lib/data/marked/types";

const findings = (lines: readonly string[], types = "") => {
  const entries = parseTypes([{ name: "1.txt", source: types }]);
  return checkSentences(sentencesOf(lines.join("\n"), "news-01.txt"), entries).findings;
};
const checks = (lines: readonly string[], types?: string) => findings(lines, types).map(({ check }) => check);

test("clean texts have nothing to mend", () => {
  assert.deepEqual(findings(["[[Oslo|city]] is cold.", "Who sold the [[old ferry|vessel]]? /// no: price"]), []);
});

test("types in the plural, with a capital, a slash or six words", () => {
  for (const type of ["City", "city/town", "first_name", "a b c d e f", "dna-"])
    assert.deepEqual(checks([`[[Oslo|${type}]] is cold.`]), ["type spelling"], type);
  assert.deepEqual(checks(["It rained in Oslo. /// no: Bridge"]), ["type spelling"]);
  assert.deepEqual(checks(["[[Oslo|city]] is cold.", "[[Bergen|citys]] was wet."]), ["plural"]);
  for (const type of ["dna", "date of birth", "4 x 100 relay", "co-pilot", "traveler's cheque", "critics' score"])
    assert.deepEqual(checks([`[[Oslo|${type}]] is cold.`]), [], type);
});

test("mentions that are too long, begin with an article, or are left unmarked elsewhere in the text", () => {
  assert.deepEqual(checks([`[[${"so ".repeat(12)}on|phrase]]`]), ["mention edge"]);
  assert.deepEqual(checks(["He saw [[the harbour|place]]."]), ["mention edge"]);
  assert.deepEqual(checks(["He read [[The Harbour|book]]."]), []);
  assert.deepEqual(checks(["[[Oslo|city]] is cold, says Oslo."]), ["unmarked"]);
  assert.deepEqual(checks(["[[Oslo|city]] is cold, says the [[University of Oslo|university]] in Oslofjord."]), []);
});

test("the same mark twice, a type said to be absent, and a type beside the one above it", () => {
  assert.deepEqual(checks(["[[[[Oslo|city]]|city]] is cold."]), ["marked twice"]);
  assert.deepEqual(checks(["[[Oslo|city]] is cold. /// no: city"]), ["absent"]);
  assert.deepEqual(checks(["[[[[Oslo|city]]|place]] is cold.", "A [[b|letter]]."], "city < place"), ["marked twice"]);
});

test("near-duplicates, frames filled anew, shared runs, openings and names", () => {
  const text = "The [[mayor|office]] of the town opened a very long bridge in the rain";
  assert.deepEqual(checks([`${text} today.`, `${text} again.`]), ["near-duplicate"]);
  const towns = ["Oslo", "Bergen", "Tromsø"].map((town) => `[[${town}|city]] is rather cold.`);
  assert.deepEqual(checks(towns), ["frame"]);
  assert.deepEqual(checks(towns.slice(1)), []);
  const ends = ["a b", "c d e", "f", "g h i j"].map(
    (end, i) => `${"kiwi ".repeat(i + 1)}saw nobody swim across that river ${end} ${i}x`,
  );
  assert.ok(checks(ends).includes("run"));
  const openings = ["a b c", "d e f", "g h i", "j k l", "m n o"].map((end) => `Once there was a ${end} ${end}x`);
  assert.deepEqual(checks(openings), ["opening"]);
  const named = "abcdefghi".split("").map((word) => `${word} [[Ada Lovelace|person]] ${word}`);
  assert.ok(checks(named).includes("name"));
});

test("masking leaves one sign for each outermost mention", () => {
  const marked = parseMarked("The [[University of [[Oslo|city]]|university]] is [[big|size]].", "here");
  assert.deepEqual(masked(marked), ["the", "_", "is", "_"]);
});

test("what is said of types is spelled well, used, and has no circle", () => {
  const line = ["[[Oslo|city]] is cold."];
  assert.deepEqual(checks(line, "city < place : a large town"), []);
  assert.deepEqual(checks(line, "City < place"), ["types file", "types file"]);
  assert.deepEqual(checks(line, "town < place"), ["types file"]);
  assert.deepEqual(checks(line, "city < place\nplace < city"), ["types file", "types file"]);
  assert.deepEqual(checks(line, "city = place < place"), ["types file"]);
});

test("figures count texts, mentions, types and widths", () => {
  const { figures } = checkSentences(
    sentencesOf("The [[University of [[Oslo|city]]|university]].\nNo. /// no: city\n[[Bergen|city]]", "a-01.txt"),
  );
  assert.equal(figures.texts, 3);
  assert.deepEqual([figures.mentions, figures.types, figures.typesOnce, figures.nested], [3, 2, 1, 2]);
  assert.deepEqual([figures.withoutMention, figures.withAbsent], [1, 1]);
  assert.deepEqual(figures.widths, [0, 2, 0, 1]);
  assert.deepEqual(figures.domains, [{ domain: "a", texts: 3, mentions: 3, types: 2 }]);
});
