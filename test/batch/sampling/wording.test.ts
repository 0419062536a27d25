import assert from "node:assert/strict";
import { test } from "node:test";
import type { Example } from "../../../lib/batch/collate";
import { corpusTypes, reworded, sampleTypes } from "../../../lib/batch/sampling";
import { parseTypes } from "../../../lib/data/marked/types";
import type { NerRecord } from "../../../lib/data/records";
import { wordingsOf } from "../../../lib/data/wordings";
import { randomStream } from "../../../lib/random";

const LINES = `drug = medicine, medication < substance : what is taken against an illness
city = town < place
novelist < writer, person
poem < text
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

const drawn = (shares: { synonym_share: number; description_share: number }, example = EXAMPLE, n = 4000) =>
  Array.from({ length: n }, (_, i) => reworded(example, WORDINGS, shares, randomStream(0, "wordings", i)));
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
