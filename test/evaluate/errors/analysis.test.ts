import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type NerRecord, type NerSpan, readRecords } from "../../../lib/data/records";
import { analyseErrors, errorRows, NOTHING, topConfusions } from "../../../lib/evaluate/errors/analysis";
import { addCounts, f1Scores } from "../../../lib/evaluate/scoring/metrics";
import { PLAIN_RULES, scoreTexts } from "../../../lib/evaluate/scoring/scoring";
import { askedOnly } from "../../../lib/evaluate/zero-shot";
import { entitiesAt, type SpanCandidate } from "../../../lib/model/decode";
import { randomStream } from "../../../lib/random";
import { ROOT } from "../../tiny";

const says = (start: number, end: number, label: string, score = 0.9): SpanCandidate => ({ start, end, label, score });

/** One mistake of each kind, and one mention that is right. */
const RECORDS: NerRecord[] = [
  {
    tokens: "Ada Lovelace met Babbage in London near the Thames".split(" "),
    ner: [
      [0, 1, "person"],
      [3, 3, "person"],
      [5, 5, "city"],
      [8, 8, "river"],
    ],
  },
  { tokens: "The Royal Society of London".split(" "), ner: [[1, 4, "society"]], unaligned: ["city", "planet"] },
];
const SAID = [
  [says(0, 0, "person"), says(3, 3, "person"), says(5, 5, "river"), says(6, 6, "city", 0.6)],
  [says(1, 2, "person")],
];
const TYPES = ["person", "city", "river", "society"];

test("each kind is counted, and F1 if it were mended", () => {
  const { kinds } = analyseErrors(RECORDS, SAID, TYPES);
  // Gold 6 (one of them without a span), entities 5, one right: F1 2/11.
  assert.deepEqual(
    kinds.map(({ kind, count, share, f1IfMended }) => [kind, count, share, f1IfMended]),
    [
      ["right", 1, 0, 2 / 11],
      ["boundary", 1, 1 / 6, 4 / 11],
      ["type", 1, 1 / 6, 4 / 11],
      ["both", 1, 1 / 6, 4 / 11],
      ["missed", 2, 1 / 3, 6 / 13],
      ["spurious", 1, 1 / 6, 2 / 10],
    ],
  );
});

test("by type: what became of its mentions, and of the entities that say it", () => {
  const { perType, confusion } = analyseErrors(RECORDS, SAID, TYPES);
  const none = { right: 0, boundary: 0, otherType: 0, both: 0, missed: 0, predicted: 0, onOtherType: 0, spurious: 0 };
  assert.deepEqual(perType, [
    { ...none, type: "person", gold: 2, right: 1, boundary: 1, predicted: 3, onOtherType: 1, f1: 0.4 },
    { ...none, type: "city", gold: 2, otherType: 1, missed: 1, predicted: 1, spurious: 1, f1: 0 },
    { ...none, type: "river", gold: 1, missed: 1, predicted: 1, onOtherType: 1, f1: 0 },
    { ...none, type: "society", gold: 1, both: 1, f1: 0 },
  ]);
  assert.deepEqual(confusion.names, [...TYPES, NOTHING]);
  assert.deepEqual(confusion.counts, [
    [2, 0, 0, 0, 0],
    [0, 0, 1, 0, 1],
    [0, 0, 0, 0, 1],
    [1, 0, 0, 0, 0],
    [0, 1, 0, 0, 0],
  ]);
  assert.deepEqual(
    topConfusions(confusion, 2).map(({ gold, said }) => [gold, said]),
    [
      ["city", "river"],
      ["city", NOTHING],
    ],
  );
});

test("rows of cases say the words of both sides", () => {
  const rows = errorRows(analyseErrors(RECORDS, SAID, TYPES), RECORDS);
  assert.equal(rows.length, 7);
  assert.deepEqual(rows[0], {
    record: 0,
    kind: "boundary",
    gold: "Ada Lovelace",
    goldType: "person",
    said: "Ada",
    saidType: "person",
    score: 0.9,
    context: "Ada Lovelace met Babbage in London near",
  });
  const last = rows[rows.length - 1];
  assert.deepEqual([last.kind, last.gold, last.goldType, last.score], ["missed", "", "city", undefined]);
});

test("over random texts the counts are those of the scores", () => {
  const random = randomStream(1, "error analysis test");
  const spans = () =>
    Array.from({ length: random.integer(0, 6) }, () => {
      const start = random.integer(0, 9);
      return says(start, start + random.integer(0, 3), "abc"[random.integer(0, 2)], Math.fround(random.uniform()));
    });
  for (let round = 0; round < 200; round++) {
    const records = Array.from({ length: 3 }, (): NerRecord => {
      const ner = spans().map(({ start, end, label }): NerSpan => [start, end, label]);
      return { tokens: Array(13).fill("w"), ner, unaligned: random.integer(0, 3) ? [] : ["a"] };
    });
    const types = ["a", "b"];
    const found = records.map(() => spans().filter(({ label }) => label !== "c"));
    const { counts } = scoreTexts(askedOnly(records, types), found, { ...PLAIN_RULES, threshold: 0.5 });
    const sum = addCounts(counts);
    const predicted = found.map((candidates) => entitiesAt(candidates, 0.5));
    const { kinds, perType, confusion } = analyseErrors(records, predicted, types);
    assert.equal(kinds[0].f1IfMended, f1Scores(sum).f1);
    assert.equal(kinds[0].count, sum.truePositives);
    for (const [side, total] of [
      ["gold", sum.truePositives + sum.falseNegatives],
      ["predicted", sum.truePositives + sum.falsePositives],
    ] as const)
      assert.equal(
        perType.reduce((n, row) => n + row[side], 0),
        total,
      );
    perType.forEach((row, i) => {
      assert.equal(row.gold, row.right + row.boundary + row.otherType + row.both + row.missed);
      assert.equal(row.predicted, row.right + row.boundary + row.onOtherType + row.spurious);
      assert.equal(
        row.gold,
        confusion.counts[i].reduce((a, b) => a + b),
      );
      assert.equal(
        row.predicted,
        confusion.counts.reduce((n, line) => n + line[i], 0),
      );
    });
  }
});

test("lists that do not fit, and a type that was not asked, are one sentence each", () => {
  const wanted = { name: "UserError", exitCode: 2 };
  assert.throws(() => analyseErrors(RECORDS, [], TYPES), { ...wanted, message: /entities of 0 texts for 2 records/ });
  assert.throws(() => analyseErrors(RECORDS, SAID, ["person"]), { ...wanted, message: /has the type "river", wanted/ });
});

const RUN = join(ROOT, "..", "shared", "python-run-1500");
const present = existsSync(RUN);
if (!present) process.stdout.write("skipped: ../shared/python-run-1500 is not beside the checkout\n");

test("of a real model's entities, all mistakes mended is 1 and none is Python's F1", { skip: !present }, async () => {
  const lines = readFileSync(join(RUN, "predictions.jsonl"), "utf8").trim().split("\n");
  const all = lines.map(
    (line) => JSON.parse(line) as { set: string; labels: string[] | null; candidates: unknown[][] },
  );
  const f1 = JSON.parse(readFileSync(join(RUN, "f1.json"), "utf8")) as Record<string, { f1: number }>;
  for (const set of ["crossner_science", "mit_movie"]) {
    const mine = all.filter((one) => one.set === set);
    const records = (await readRecords(join(RUN, "..", "corpus", "zero-shot", `${set}.jsonl`))).slice(0, mine.length);
    const predicted = mine.map(({ candidates }) => {
      const spans = candidates.map(([start, end, label, score]) =>
        says(Number(start), Number(end), String(label), Number(score)),
      );
      return entitiesAt(spans, 0.1);
    });
    const { kinds, cases } = analyseErrors(records, predicted, mine[0].labels ?? []);
    assert.ok(Math.abs(kinds[0].f1IfMended - f1[`${set}@0.1`].f1) < 1e-9);
    assert.ok(
      kinds.every(({ count }) => count > 0),
      JSON.stringify(kinds),
    );
    assert.equal(
      cases.length,
      kinds.reduce((sum, { count }) => sum + count, 0),
    );
  }
});
