import assert from "node:assert/strict";
import { test } from "node:test";
import type { NerRecord } from "../../../lib/data/records";
import type { Predictor } from "../../../lib/evaluate/predictions/predict";
import { studyOrders } from "../../../lib/evaluate/prompts/label-order";
import { AS_GIVEN, oneAtATime, studyWordings } from "../../../lib/evaluate/prompts/wordings";

/** Sentences "Ada Paris": the first word is a person, the second one a city. */
const RECORDS: NerRecord[] = Array.from({ length: 20 }, () => ({
  tokens: ["Ada", "Paris"],
  ner: [
    [0, 0, "person"],
    [1, 1, "city"],
    [1, 1, "unasked"],
  ],
}));

/** Knows some words for each type; the first type of the prompt scores higher, and "human" is only known to every second text. */
const READER: Predictor & { prompts: string[][] } = {
  prompts: [],
  async candidates(tokens, labels, { floor, onProgress }) {
    this.prompts.push([...labels]);
    onProgress?.(tokens.length, tokens.length);
    return tokens.map((_, i) =>
      labels.flatMap((label, at) => {
        const word = { person: 0, human: 0, city: 1, town: 1, thing: 1 }[label];
        const score = label === "human" && i % 2 ? 0.1 : 0.8 - 0.2 * at;
        return word === undefined || score <= floor ? [] : [{ start: word, end: word, label, score }];
      }),
    );
  },
};

test("synonyms are asked at the place of the type, one at a time, and scored as the type", async () => {
  READER.prompts = [];
  const progress: number[] = [];
  const wordings = oneAtATime({ person: ["human", "xyz"], city: ["town"] });
  const results = await studyWordings(READER, RECORDS, ["person", "city"], wordings, {
    onProgress: (done, total) => progress.push(done, total),
  });
  assert.deepEqual(READER.prompts, [
    ["person", "city"],
    ["human", "city"],
    ["xyz", "city"],
    ["person", "town"],
  ]);
  assert.deepEqual(progress, [20, 80, 40, 80, 60, 80, 80, 80]);
  assert.deepEqual(
    results.map(({ wording, types, f1, ownF1 }) => [wording, types, f1, ownF1]),
    [
      [AS_GIVEN, [], 1, 1],
      ["person → human", ["person"], 60 / 70, 2 / 3],
      ["person → xyz", ["person"], 2 / 3, 0],
      ["city → town", ["city"], 1, 1],
    ],
  );
  const [, human, , town] = results;
  assert.ok(Math.abs(human.change.difference - (60 / 70 - 1)) < 1e-12);
  assert.ok(human.change.low < human.change.difference && human.change.difference < human.change.high);
  assert.ok(human.change.high < 0, "on these sentences the difference is no chance");
  assert.ok(Math.abs(human.ownChange.difference - (2 / 3 - 1)) < 1e-12);
  assert.deepEqual(town.change, { difference: 0, low: 0, high: 0 });
});

test("two types may be renamed at once; the name of one may go to the other", async () => {
  const swapped = {
    "the other way round": { person: "city", city: "person" },
    both: { person: "human", city: "town" },
  };
  const [, swap, both] = await studyWordings(READER, RECORDS, ["person", "city"], swapped);
  assert.deepEqual([swap.f1, swap.types], [0, ["person", "city"]]);
  assert.equal(both.f1, 60 / 70);
});

test("a wording that cannot be told apart, or of a type that is not asked, is one sentence", async () => {
  const refuses = (wordings: Record<string, Record<string, string>>, message: RegExp) =>
    assert.rejects(() => studyWordings(READER, RECORDS, ["person", "city"], wordings), {
      name: "UserError",
      exitCode: 2,
      message,
    });
  await refuses({ w: { planet: "x" } }, /"w" names the type "planet", wanted one of person, city/);
  await refuses({ w: { person: "city" } }, /"w" gives two types the name "city"/);
});

test("orders are drawn from the seed; what every order finds is counted apart", async () => {
  // Third in the prompt means a probability of .4: such a type is not found.
  const types = ["person", "city", "thing"];
  const records = RECORDS.map((record) => ({ ...record, ner: record.ner.slice(0, 2) }));
  const study = await studyOrders(READER, records, types, { orders: 6, seed: 4 });
  assert.deepEqual(study.orders[0].order, types);
  assert.equal(study.orders.length, 6);
  for (const { order } of study.orders) assert.deepEqual([...order].sort(), [...types].sort());
  assert.equal(new Set(study.orders.map(({ order }) => order.join())).size, 6, "three types have six orders");
  const again = await studyOrders(READER, records, types, { orders: 6, seed: 4 });
  assert.deepEqual(again, study);
  const f1 = study.orders.slice(1).map((one) => one.f1);
  assert.deepEqual([study.least, study.most], [Math.min(...f1), Math.max(...f1)]);
  assert.ok(study.sd > 0 && Math.abs(study.mean - f1.reduce((a, b) => a + b) / 5) < 1e-12);
  assert.ok(study.always < study.sometimes && study.sometimes <= 60);
});

test("one type has no order, one order no spread", async () => {
  const wanted = { name: "UserError", exitCode: 2 };
  await assert.rejects(() => studyOrders(READER, RECORDS, ["person"]), { ...wanted, message: /got 1 type, wanted/ });
  await assert.rejects(() => studyOrders(READER, RECORDS, ["person", "city"], { orders: 1 }), {
    ...wanted,
    message: /orders is 1/,
  });
});
