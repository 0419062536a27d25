import assert from "node:assert/strict";
import { test } from "node:test";
import { corpusTypes, SAMPLING_ERAS, type SamplingOptions, sampleTypes, samplingOf } from "../../../lib/batch/sampling";
import { type NerRecord, parseRecord } from "../../../lib/data/records";
import { randomStream } from "../../../lib/random";

const CONFIG = { max_neg_type_ratio: 1, max_types: 25 };
const record = (...types: string[]): NerRecord => ({ tokens: ["w"], ner: types.map((type) => [0, 0, type]) });

/** The lists of types over many draws. */
function draws(records: readonly NerRecord[], options: Partial<SamplingOptions & typeof CONFIG>, n = 2000) {
  const all = Array.from({ length: 400 }, (_, i) => `corpus ${i}`);
  const corpus = { all, bySource: new Map([["news", ["a", "b", "c", "d"]]]) };
  return Array.from({ length: n }, (_, step) =>
    sampleTypes(records, { ...CONFIG, ...options }, randomStream(5, "switches", step), corpus).map(
      ({ types }) => types,
    ),
  );
}

const share = <T>(all: readonly T[], is: (item: T) => boolean) => all.filter(is).length / all.length;
const close = (found: number, wanted: number, tolerance = 0.04) =>
  assert.ok(Math.abs(found - wanted) < tolerance, `${found.toFixed(3)}, wanted ${wanted}`);

test("neg_source batch: two examples with one mention each draw the same negative", () => {
  const pair = [record("a"), record("b"), record("c"), record("d")];
  const extra = (types: readonly string[], own: string) => types.find((type) => type !== own);
  const same = (source: SamplingOptions["neg_source"]) => {
    const both = draws(pair, { neg_source: source }, 20_000)
      .map(([first, second]) => [extra(first, "a"), extra(second, "b")])
      .filter(([x, y]) => x !== undefined && y !== undefined);
    return share(both, ([x, y]) => x === y);
  };
  // One order: the first of the pool is not a and not b, hence it is the same. Two orders: c or d by chance.
  assert.equal(same("batch"), 1);
  close(same("batch_reshuffled"), 2 / 9);
});

test("neg_source corpus: every type of the training set is as likely, whatever the batch holds", () => {
  const counts = new Map<string, number>();
  for (const [types] of draws([record("a", "b")], { neg_source: "corpus" }, 4000))
    for (const type of types) if (type.startsWith("corpus")) counts.set(type, (counts.get(type) ?? 0) + 1);
  assert.equal(counts.size, 400);
  // Half of 4,000 draws take two of 400: 10 each, with a standard deviation of about 3.2.
  assert.ok(Math.max(...counts.values()) < 28, `${Math.max(...counts.values())}`);
  assert.throws(() => sampleTypes([record("a")], { ...CONFIG, neg_source: "corpus" }, randomStream(1, "x")), {
    name: "UserError",
    message: /none were given/,
  });
});

test("neg_source source: any number of the own source's types, with a mention or without, and a few of the batch", () => {
  const news = (...types: string[]): NerRecord => ({ ...record(...types), src: "news" });
  for (const own of [news(), news("a")]) {
    const drawn = draws([own, record("x")], { neg_source: "source" }, 8000).map(([types]) => types);
    const negatives = drawn.map((types) =>
      types.filter((type) => type !== "" && !own.ner.some(([, , gold]) => gold === type)),
    );
    assert.ok(negatives.flat().every((type) => "abcdx".includes(type)));
    // 0 to 4 of four types; where "a" is gold already it is no negative.
    const near = negatives.flat().filter((type) => type !== "x");
    close(near.length / negatives.length, own.ner.length ? 1.5 : 2, 0.06);
    // 0 to 2 of the batch's types; where "a" is one of the two, the first is "x" half of the time.
    close(
      share(negatives, (types) => types.includes("x")),
      own.ner.length ? 1 / 2 : 2 / 3,
    );
  }
  const source = corpusTypes([news("a"), news("b"), record("x")]);
  assert.deepEqual(
    [source.all, source.bySource.get("news"), source.bySource.get("")],
    [["a", "b", "x"], ["a", "b"], ["x"]],
  );
});

test("max_neg_type_ratio: 0 to ratio times the mentions, each as likely", () => {
  const batch = [record("a", "a"), ..."bcdefgh".split("").map((type) => record(type))];
  for (const ratio of [1, 2, 3]) {
    const bare = share(draws(batch, { max_neg_type_ratio: ratio }), ([types]) => types.length === 1);
    close(bare, 1 / (ratio + 1));
  }
});

test("shuffle_types off: gold as mentioned, then negatives as drawn", () => {
  const ordered = draws([record("b", "a"), record("c")], { shuffle_types: false });
  assert.equal(
    share(ordered, ([types]) => types[0] === "b" && types[1] === "a"),
    1,
  );
  const shuffled = draws([record("b", "a"), record("c")], {});
  assert.ok(share(shuffled, ([types]) => types[0] === "b") < 0.6);
});

test("random_drop: every number of types is as likely, gold types are lost", () => {
  const dropped = draws([record("a", "b", "c", "d")], { random_drop: true, max_neg_type_ratio: 0 });
  for (const length of [1, 2, 3, 4])
    close(
      share(dropped, ([types]) => types.length === length),
      0.25,
    );
  close(
    share(dropped, ([types]) => types.includes("a")),
    0.625,
  );
  assert.ok(draws([record("a", "b")], { max_neg_type_ratio: 0 }).every(([types]) => types.length === 2));
});

test("cap_types: max_types is obeyed or not", () => {
  const options = { max_types: 2, max_neg_type_ratio: 0 };
  assert.ok(draws([record("a", "b", "c")], options).every(([types]) => types.length === 2));
  assert.ok(draws([record("a", "b", "c")], { ...options, cap_types: false }).every(([types]) => types.length === 3));
});

test("manual_negatives: each version reads one of the three names, ours all of them", () => {
  const names = ["negative", "negatives", "ner_negatives"] as const;
  for (const written of names) {
    const given = parseRecord({ tokens: ["w"], ner: [[0, 0, "a"]], [written]: ["n"] }, "test");
    for (const key of [...names, "any", "none"] as const) {
      const found = draws([given], { manual_negatives: key, max_neg_type_ratio: 0 }, 20);
      const read = key === "any" || key === written;
      for (const [types] of found) assert.equal(types.includes("n"), read, `${written} read as ${key}`);
    }
  }
});

test("sort_labels: a record's own list in alphabetical order or as it stands", () => {
  const given = { ...record("a"), labels: ["z", "a", "m"] };
  assert.deepEqual(draws([given], {}, 1)[0][0], ["z", "a", "m"]);
  assert.deepEqual(draws([given], { sort_labels: true }, 1)[0][0], ["a", "m", "z"]);
});

test("ask_empty: an example without types is asked for one empty type, or for nothing beside others", () => {
  assert.deepEqual(draws([record("a"), record()], {}, 1)[0][1], [""]);
  assert.deepEqual(draws([record("a"), record()], { ask_empty: false }, 1)[0][1], []);
  // A batch that asks for nothing has no tensor: there the empty type stays.
  assert.deepEqual(draws([record()], { ask_empty: false }, 1)[0][0], [""]);
});

test("every switch changes in some version, and an unknown version is refused", () => {
  const changed = new Set(SAMPLING_ERAS.flatMap(({ changes }) => Object.keys(changes)));
  assert.deepEqual([...changed].sort(), Object.keys(samplingOf("v0")).sort());
  assert.equal(samplingOf("0.1.7").random_drop, true);
  assert.equal(samplingOf("0.2.5").neg_source, "corpus");
  assert.equal(samplingOf("0.2.29").neg_source, "batch");
  assert.throws(() => samplingOf("0.3.0"), /newest version/);
  assert.throws(() => samplingOf("2023"), /wanted "v0"/);
});
