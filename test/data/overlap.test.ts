import assert from "node:assert/strict";
import { test } from "node:test";
import { bareWords, OverlapIndex } from "../../lib/data/overlap";

const words = (text: string) => text.split(" ");

test("the same sentence but for case and signs; short sentences are nobody's", () => {
  const index = new OverlapIndex();
  index.add(words("It 's a state-of-the-art engine , Ada said ."), "test");
  index.add(words("yes , please ."), "test");
  assert.deepEqual(index.find(words("it's a STATE-OF-THE-ART engine Ada said")), { kind: "sentence", set: "test" });
  assert.equal(index.find(words("yes , please .")), undefined);
  assert.equal(index.find(words("It 's a state-of-the-art engine , Bo said .")), undefined);
  assert.deepEqual(bareWords(["A", ",", "b_c", "…", "É"]), ["a", "b_c", "é"]);
});

test("a run of twelve words in other company, found at any place; of eleven not", () => {
  const run = words("one two three four five six seven eight nine ten eleven twelve");
  const index = new OverlapIndex();
  index.add(["before", ...run, "behind"], "first");
  index.add(run, "second");
  assert.deepEqual(index.find(["x", "y", ...run.slice(0, 5), ",", ...run.slice(5), "z"]), {
    kind: "run",
    set: "first",
  });
  assert.equal(index.find(["x", ...run.slice(0, 11), "z"]), undefined);
  assert.deepEqual(index.find(run), { kind: "sentence", set: "second" });
  assert.deepEqual(new OverlapIndex({ run: 3 }).find(run), undefined);
});
