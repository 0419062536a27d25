import assert from "node:assert/strict";
import { test } from "node:test";
import type { Example } from "../../../lib/batch/collate";
import { corpusTypes, NO_WORDINGS, reworded, sampleTypes, type WordingShares } from "../../../lib/batch/sampling";
import { parseTypes } from "../../../lib/data/marked/types";
import type { NerRecord } from "../../../lib/data/records";
import { wordingsOf } from "../../../lib/data/wordings";
import { randomStream } from "../../../lib/random";

const LINES = `drug = medicine, medication < substance : what is taken against an illness
city = town < place
novelist < writer, person
poem < text
reviewer < person
reader ~ person
`;
const WORDINGS = wordingsOf("test", parseTypes([{ name: "1.txt", source: LINES }]));
const EXAMPLE: Example = {
  tokens: ["w", "w"],
  types: ["drug", "city", "dose"],
  ner: [
    [0, 0, "drug"],
    [1, 1, "dose"],
  ],
};

const drawn = (shares: Partial<WordingShares>, example = EXAMPLE, n = 4000) =>
  Array.from({ length: n }, (_, i) =>
    reworded(example, WORDINGS, { ...NO_WORDINGS, ...shares }, randomStream(0, "wordings", i)),
  );
const share = <T>(all: readonly T[], is: (item: T) => boolean) => all.filter(is).length / all.length;
const close = (found: number, wanted: number) =>
  assert.ok(Math.abs(found - wanted) < 0.03, `${found.toFixed(3)}, wanted ${wanted}`);

test("synonyms and descriptions stand in for types as often as the shares say, and gold moves along", () => {
  const all = drawn({ synonym_share: 0.5, description_share: 0.2 });
  const first = (name: string) => share(all, ({ types }) => types[0] === name);
  close(first("medicine"), 0.25);
  close(first("medication"), 0.25);
  close(first("what is taken against an illness"), 0.2);
  close(first("drug"), 0.3);
  // City has no description: that share keeps the name.
  close(
    share(all, ({ types }) => types[1] === "town"),
    0.5,
  );
  for (const { types, ner = [] } of all) {
    assert.equal(types[2], "dose");
    assert.deepEqual(ner, [
      [0, 0, types[0]],
      [1, 1, "dose"],
    ]);
  }
});

test("without shares nothing changes, and an example's own names are never drawn for another type", () => {
  assert.ok(drawn({ synonym_share: 0, description_share: 0 }, EXAMPLE, 50).every((example) => example === EXAMPLE));
  const full: Example = { ...EXAMPLE, types: ["drug", "medicine"], ner: [[0, 0, "medication"]] };
  assert.ok(drawn({ synonym_share: 1, description_share: 0 }, full, 50).every((example) => example === full));
});

test("a type above stands in for a type as often as its share says, and every mention below it has it", () => {
  const example: Example = {
    tokens: ["w", "w", "w"],
    types: ["novelist", "reviewer", "drug"],
    ner: [
      [0, 0, "novelist"],
      [1, 1, "reviewer"],
      [2, 2, "poem"],
    ],
  };
  const all = drawn({ general_share: 0.4 }, example);
  const types = (place: number, name: string) => share(all, (one) => one.types[place] === name);
  close(types(0, "writer"), 0.2);
  close(types(0, "person"), 0.2);
  // Where "person" is asked for already, the second type above it keeps its name.
  close(types(1, "person"), 0.4 * 0.8);
  close(types(2, "substance"), 0.4);
  for (const { types, ner = [] } of all) {
    const wanted = types.includes("person") ? ["person"] : [];
    const of = (place: number) => ner.filter(([start]) => start === place).map(([, , type]) => type);
    assert.deepEqual(new Set(of(0)), new Set([types[0], ...wanted]));
    assert.deepEqual(new Set(of(1)), new Set([types[1], ...wanted]));
    assert.deepEqual(of(2), ["poem"]);
  }
});

test("a type above is not drawn where some mention has it only sometimes", () => {
  const example: Example = {
    ...EXAMPLE,
    types: ["novelist", "reader"],
    ner: [
      [0, 0, "novelist"],
      [1, 1, "reader"],
    ],
  };
  const names = new Set(drawn({ general_share: 1 }, example, 50).map(({ types }) => types.join()));
  assert.deepEqual(names, new Set(["writer,reader"]));
});

test("the same seed and number draw the same names", () => {
  const shares = { synonym_share: 0.5, description_share: 0.2 };
  assert.deepEqual(drawn(shares, EXAMPLE, 20), drawn(shares, EXAMPLE, 20));
});

test("neg_source unrelated: at most twelve of the source and two of the batch, none that may be true of the gold", () => {
  const news = (...types: string[]): NerRecord => ({
    tokens: ["w"],
    ner: types.map((type) => [0, 0, type]),
    src: "news",
  });
  const many = Array.from({ length: 40 }, (_, i) => `type ${i}`);
  const records = [news("novelist"), news("poem", "writer", "person", ...many)];
  const corpus = corpusTypes([...records, news("text")], WORDINGS);
  const config = { max_types: 100, max_neg_type_ratio: 1, neg_source: "unrelated" as const };
  const lists = Array.from({ length: 3000 }, (_, i) => {
    const [{ types }] = sampleTypes(records, config, randomStream(0, "types", i), corpus);
    return types.filter((type) => type !== "novelist");
  });
  assert.ok(lists.flat().every((type) => type !== "writer" && type !== "person"));
  assert.ok(lists.flat().includes("poem") && lists.flat().includes("text"));
  assert.equal(Math.max(...lists.map(({ length }) => length)), 14);
  // 0 to 12 and 0 to 2, some of them twice.
  const mean = lists.flat().length / lists.length;
  assert.ok(mean > 6.5 && mean <= 7.1, `${mean}`);
  assert.throws(() => sampleTypes(records, config, randomStream(0, "x"), corpusTypes(records)), {
    name: "UserError",
    message: /needs wordings/,
  });
});
