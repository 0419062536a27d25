import assert from "node:assert/strict";
import { test } from "node:test";
import { parseTypes } from "../../lib/data/marked/types";
import { loadWordings, relatedTypes, withoutNames, wordingNames, wordingsOf } from "../../lib/data/wordings";
import { Scratch } from "./scratch";

const LINES = `tenor = tenor voice < singer : a man with a high voice
singer = vocalist < musician
drummer < musician ~ teacher
`;
const wordings = wordingsOf("test", parseTypes([{ name: "1.txt", source: LINES }]));

test("related are synonyms, the types above, below and of some mentions, and their synonyms; not those beside", () => {
  const related = relatedTypes(wordings);
  const of = (type: string) => [...(related.get(type) ?? [])].sort();
  assert.deepEqual(of("tenor"), ["musician", "singer", "tenor voice", "vocalist"]);
  assert.deepEqual(of("tenor voice"), ["musician", "singer", "tenor", "vocalist"]);
  assert.deepEqual(of("musician"), ["drummer", "singer", "tenor", "tenor voice", "vocalist"]);
  assert.deepEqual(of("drummer"), ["musician", "teacher"]);
});

test("a name that is held out is neither a type nor another type's name; what is above it stays above those below", () => {
  const without = withoutNames(wordings, (type) => ["vocalist", "tenor", "teacher"].includes(type));
  assert.deepEqual([...without.entries.keys()], ["singer", "drummer"]);
  assert.deepEqual(wordingNames(without, true), ["musician", "musician"]);
  assert.deepEqual(without.entries.get("drummer")?.sometimes, []);
  assert.deepEqual(wordingNames(without, false), []);
  assert.deepEqual(wordingNames(wordings, true), [
    ...["tenor voice", "singer", "a man with a high voice"],
    ...["vocalist", "musician", "musician"],
  ]);
  const noSinger = withoutNames(wordings, (type) => type === "singer");
  assert.deepEqual(noSinger.entries.get("tenor")?.above, ["musician"]);
  assert.notEqual(without.sha256, wordings.sha256);
});

test("wordings are the project's, a folder or a file, and otherwise refused", () => {
  const scratch = new Scratch("wordings");
  const path = scratch.file("mine.txt", LINES);
  assert.deepEqual(loadWordings(path).entries, wordings.entries);
  assert.deepEqual(loadWordings(scratch.folder).entries, wordings.entries);
  assert.ok(loadWordings("sentences").entries.size > 3000);
  const refused = (name: string, message: RegExp) =>
    assert.throws(() => loadWordings(name), { name: "UserError", message });
  refused("nowhere.txt", /nowhere.txt does not exist; wanted "sentences"/);
  refused(scratch.file("empty.txt", "# nothing\n"), /says nothing about any type/);
});
