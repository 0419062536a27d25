import assert from "node:assert/strict";
import { test } from "node:test";
import type { NerRecord } from "../../../lib/data/records";
import { checkHeldOut } from "../../../lib/gliner/training/evaluation";
import { holdOutTypes, normalised } from "../../../lib/gliner/training/held-out";

const record = (src: string, types: string[], more: Partial<NerRecord> = {}): NerRecord => ({
  tokens: types.length ? types.map((_, i) => `w${i}`) : ["w"],
  ner: types.map((type, i) => [i, i, type]),
  src,
  ...more,
});

const TRAIN = [
  record("news", ["person", "phone_number"]),
  record("news", ["Phone Number"]),
  record("news", ["person"]),
  record("news", []),
  record("bio", ["gene", "cell"]),
  record("bio", ["gene"], { labels: ["gene", "cell"], negatives: ["cell", "city"] }),
  record("bio", [], { labels: ["cell"] }),
];

test("a held-out type is nowhere in what is trained on: not as a mention, not in labels, not in negatives, in no spelling", () => {
  const { train, removed } = holdOutTypes(TRAIN, { types: ["phone number", "cell"] });
  const named = train.flatMap(({ ner, labels = [], negatives = [] }) => [
    ...ner.map(([, , type]) => type),
    ...labels,
    ...negatives,
  ]);
  assert.deepEqual([...new Set(named.map(normalised))].sort(), ["city", "gene", "person"]);
  assert.deepEqual(removed, { mentions: 3, records: 2 });
  assert.equal(
    train.length,
    5,
    "a sentence that had nothing else, or could be asked for nothing else, is measured on instead",
  );
  assert.deepEqual(TRAIN[0].ner.length, 2, "the records given are left alone");
  checkHeldOut(train, { types: ["phone number", "cell"], asked: [] });
});

test("a sentence is asked for the held-out types that its labels allow or its source marks", () => {
  const dev = [record("bio", ["gene", "cell"]), record("news", ["person"]), record("bio", [], { labels: ["gene"] })];
  const { heldOut } = holdOutTypes(TRAIN, { types: ["phone number", "cell"], records: dev });
  const asked = new Map<string, NerRecord[]>();
  for (const { types, records } of heldOut.asked)
    asked.set(types.join(), [...(asked.get(types.join()) ?? []), ...records]);
  // The other types of the source stand beside them.
  assert.deepEqual(heldOut.asked.find(({ records }) => records.includes(dev[0]))?.beside, ["gene"]);
  assert.deepEqual([...asked.keys()].sort(), ["Phone Number,phone_number", "cell"]);
  assert.ok(asked.get("cell")?.includes(dev[0]) && !asked.get("cell")?.includes(dev[2]));
  assert.ok(
    asked.get("Phone Number,phone_number")?.includes(dev[1]),
    "a sentence without a mention measures precision",
  );
});

test("no more sentences than asked for, half of them with a mention where there are so many; always the same ones", () => {
  const many = Array.from({ length: 300 }, (_, i) => record("bio", i % 3 ? ["gene"] : ["cell", "gene"]));
  const asked = (limit: number) =>
    holdOutTypes(TRAIN, { types: ["cell"], records: many, limit }).heldOut.asked.flatMap((group) => [...group.records]);
  assert.equal(asked(40).length, 40);
  const filled = asked(40).filter(({ ner }) => ner.some(([, , type]) => type === "cell"));
  assert.equal(filled.length, 20);
  assert.deepEqual(asked(40), asked(40));
  assert.equal(asked(1000).length, 301);
});

test("types can be picked: with mentions to measure, few to lose, and the same ones every time", () => {
  const train = Array.from({ length: 400 }, (_, i) => record("x", [i % 100 === 0 ? `rare${i}` : "common", "common"]));
  const dev = ["rare0", "rare100", "rare200", "common"].flatMap((type) =>
    Array.from({ length: 3 }, () => record("x", [type])),
  );
  const { heldOut } = holdOutTypes(train, { count: 2, records: dev });
  assert.equal(heldOut.types.length, 2);
  assert.ok(heldOut.types.every((type) => type.startsWith("rare")));
  assert.deepEqual(holdOutTypes(train, { count: 2, records: dev }).heldOut.types, heldOut.types);
  assert.throws(() => holdOutTypes(train, { count: 9, records: dev }), /only 3 have at least 3 mentions/);
});

test("a type with nothing to be measured on, or none at all, is an error", () => {
  assert.throws(() => holdOutTypes(TRAIN, { types: ["planet"] }), {
    name: "UserError",
    message: /nothing to measure "planet" on/,
  });
  assert.throws(() => holdOutTypes(TRAIN, {}), /no types to hold out/);
});

test("records that still have a held-out type are refused by the training itself", () => {
  assert.throws(
    () => checkHeldOut(TRAIN, { types: ["phone number"], asked: [] }),
    /the held-out type "phone_number" is in a record/,
  );
});
