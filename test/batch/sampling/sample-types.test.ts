import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleTypes } from "../../../lib/batch/sampling";
import type { NerRecord } from "../../../lib/data/records";
import { randomStream } from "../../../lib/random";

const CONFIG = { max_neg_type_ratio: 1, max_types: 25 };
const record = (...types: string[]): NerRecord => ({ tokens: ["w"], ner: types.map((type) => [0, 0, type]) });
const BATCH = [record("a", "a", "a"), record("b"), record("c", "d"), record()];

test("an example is asked for its own types, and for others of the batch in half of the draws", () => {
  let withNegatives = 0;
  for (let step = 0; step < 2000; step++) {
    const [first] = sampleTypes(BATCH, CONFIG, randomStream(0, "types", step));
    assert.ok(first.types.includes("a"));
    assert.ok(first.types.every((type) => "abcd".includes(type)));
    if (first.types.length > 1) withNegatives++;
  }
  // r is 0 or 1; with 1 the pool's first three types always hold another than "a".
  assert.ok(Math.abs(withNegatives / 2000 - 0.5) < 0.05, `${withNegatives / 2000}`);
});

test("negatives are counted by mentions: three mentions of one type draw up to three others", () => {
  const most = Math.max(
    ...Array.from(
      { length: 200 },
      (_, step) => sampleTypes(BATCH, CONFIG, randomStream(1, "types", step))[0].types.length,
    ),
  );
  assert.equal(most, 4);
});

test("all examples of a batch take a prefix of the same pool", () => {
  const many = Array.from({ length: 6 }, (_, i) => record(`t${i}`));
  const examples = sampleTypes(many, { ...CONFIG, max_neg_type_ratio: 5 }, randomStream(2, "types", 1));
  const drawn = examples.map((example, i) => new Set(example.types.filter((type) => type !== `t${i}`)));
  const common = drawn.filter((set) => set.size > 1);
  for (const a of common) for (const b of common) assert.ok([...a].some((type) => b.has(type)));
});

test("labels replace the list, negatives the draw, an empty example asks for one empty type", () => {
  const records: NerRecord[] = [{ ...record("a"), labels: ["x", "y"] }, { ...record("a"), negatives: ["n"] }, record()];
  const examples = sampleTypes(records, { ...CONFIG, max_neg_type_ratio: 0 }, randomStream(3, "types", 1));
  assert.deepEqual(examples[0].types, ["x", "y"]);
  assert.deepEqual([...examples[1].types].sort(), ["a", "n"]);
  assert.deepEqual(examples[2].types, [""]);
});

test("max_types cuts the list, ratio 0 draws nothing", () => {
  const [cut] = sampleTypes(
    [record("a", "b", "c")],
    { max_neg_type_ratio: 0, max_types: 2 },
    randomStream(4, "types", 1),
  );
  assert.equal(cut.types.length, 2);
  const [bare] = sampleTypes(BATCH, { ...CONFIG, max_neg_type_ratio: 0 }, randomStream(4, "types", 2));
  assert.deepEqual(bare.types, ["a"]);
});
