import assert from "node:assert/strict";
import { test } from "node:test";
import { agreement, blindSheet } from "../../../lib/data/inspect/sentences/agreement";
import { markedLines } from "../../../lib/data/marked/lines";
import { parseMarked } from "../../../lib/data/marked/parse";

const marked = (lines: readonly string[]) => lines.map((line) => parseMarked(line, "here"));
const OWN = ["[[Oslo|city]] is [[cold|quality]]. /// no: river", "Who came [[late|time]]?", "No."];

test("a sheet has the texts without marks, under the types to look for", () => {
  const sheet = blindSheet(marked(OWN), 2, 0);
  assert.equal(sheet.split("\n").length, 6);
  assert.doesNotMatch(sheet, /\[\[|no:/);
  const whole = blindSheet(marked(OWN), 3, 0);
  assert.match(whole, /# types: city, quality, river\nOslo is cold\.\n/);
  assert.deepEqual(
    new Set(markedLines(whole, "sheet").map(({ text }) => text)),
    new Set(marked(OWN).map(({ text }) => text)),
  );
});

test("readers agree on words and types, on words alone, or not", () => {
  const all = agreement(marked(OWN), marked(OWN));
  assert.deepEqual([all.f1, all.f1Words, all.texts, all.first], [1, 1, 3, 3]);
  const found = agreement(marked(OWN), marked(["[[Oslo|city]] is [[cold|temperature]].", "[[Who|person]] came late?"]));
  assert.deepEqual([found.first, found.second, found.both, found.sameWords], [3, 3, 1, 2]);
  assert.deepEqual([found.f1, found.f1Words], [2 / 6, 4 / 6]);
  assert.deepEqual(found.onlySecond, ["Oslo is cold.: [[cold|temperature]]", "Who came late?: [[Who|person]]"]);
  assert.deepEqual(found.onlyFirst, ["Oslo is cold.: [[cold|quality]]", "Who came late?: [[late|time]]"]);
});

test("a text that was changed is named", () => {
  assert.throws(() => agreement(marked(OWN), marked(["Oslo is warm."])), /"Oslo is warm\." is not in the corpus/);
});
