import assert from "node:assert/strict";
import { test } from "node:test";
import type { NerRecord } from "../../../lib/data/records";
import { readSources } from "../../../lib/data/sources";
import { comparePresets } from "../../../lib/evaluate/benchmark";
import { predict } from "../../../lib/evaluate/predictions/predict";
import { askedLabels, PRESETS, presetOf, promptDifference, rulesOf } from "../../../lib/evaluate/scoring/presets";

const TYPES = ["City", "else", "person"];
const RECORDS: NerRecord[] = [
  {
    tokens: "a b c d".split(" "),
    ner: [
      [0, 0, "City"],
      [1, 2, "person"],
      [3, 3, "else"],
    ],
  },
  { tokens: "a b c d".split(" "), ner: [[0, 0, "City"]] },
  { tokens: "a b c d".split(" "), ner: [[0, 0, "City"]] },
];
const SETS = [{ name: "made-up", records: RECORDS, types: TYPES }];

/** Always says the same, of whatever label there is. */
const says = {
  candidates: async (tokens: readonly unknown[], labels: readonly string[]) =>
    tokens.map(() =>
      (
        [
          [0, 0, "city", 0.9],
          [1, 1, "person", 0.6],
          [1, 2, "person", 0.8],
          [3, 3, "else", 0.55],
        ] as const
      )
        .map(([start, end, label, score]) => ({
          start,
          end,
          label: labels.find((l) => l.toLowerCase() === label),
          score,
        }))
        .flatMap(({ label, ...rest }) => (label ? [{ ...rest, label }] : [])),
    ),
};

const answers = (labels: readonly string[]) =>
  predict(says, { model: { name: "m", sha256: "0" }, name: "made-up", records: RECORDS, labels });

test("every preset has a verdict, a source and one line; the wrong ones say why", () => {
  const names = PRESETS.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const { name, about, source } of PRESETS) assert.ok(about.length > 20 && source.length > 5, name);
  assert.deepEqual(
    PRESETS.filter(({ verdict }) => verdict === "wrong").map(({ name }) => name),
    ["0.1.6", "oracle-types", "no-sentence-index", "shipped-gold"],
  );
  for (const name of ["gliner", "universal-ner", "paper-2023"]) assert.equal(presetOf(name).verdict, "sound");
  assert.throws(() => presetOf("gliner2"), {
    exitCode: 2,
    message: /no preset "gliner2"; wanted one of workbook, gliner/,
  });
});

test("what a preset asks: the file's types sorted, or GLiNER's own order of a known set", () => {
  assert.deepEqual(askedLabels(presetOf("workbook"), "made-up", TYPES), TYPES);
  assert.deepEqual(askedLabels(presetOf("gliner"), "made-up", TYPES), ["city", "else", "person"]);
  assert.deepEqual(askedLabels(presetOf("paper-2023"), "made-up", TYPES), TYPES);
  assert.deepEqual(askedLabels(presetOf("universal-ner"), "made-up", TYPES), ["city", "person"]);
  for (const { id, labels } of readSources().filter(({ role }) => role === "test")) {
    const list = Object.values(labels).map(String);
    assert.deepEqual(askedLabels(presetOf("gliner"), id, list.slice().sort()), list, id);
    assert.equal(list.includes("else"), askedLabels(presetOf("universal-ner"), id, list).length < list.length, id);
  }
});

test("the music gold that GLiNER ships is only wrong in music", () => {
  assert.deepEqual(rulesOf(presetOf("shipped-gold"), "crossner_ai"), rulesOf(presetOf("gliner"), "crossner_ai"));
  assert.deepEqual(rulesOf(presetOf("shipped-gold"), "crossner_music").goldNames, {
    organization: "organisation",
    else: "misc",
  });
});

test("one set of predictions under all presets: each differs by its own decision", async () => {
  const asked = await answers(askedLabels(presetOf("gliner"), "made-up", TYPES));
  const presets = PRESETS.filter(({ name }) => name !== "workbook" && name !== "paper-2023" && name !== "0.1.6");
  const rows = comparePresets(presets, SETS, [asked], { resamples: 200 });
  const counts = Object.fromEntries(
    rows.map(({ preset, counts }) => {
      const sum = (of: "truePositives" | "falsePositives" | "falseNegatives") =>
        counts[0].reduce((n, c) => n + c[of], 0);
      return [preset, [sum("truePositives"), sum("falsePositives"), sum("falseNegatives")]];
    }),
  );
  assert.deepEqual(counts, {
    gliner: [5, 4, 0],
    "universal-ner": [4, 2, 0],
    nested: [5, 7, 0],
    "threshold-.3": [5, 4, 0],
    "oracle-types": [5, 0, 0],
    "no-sentence-index": [3, 0, 0],
    "shipped-gold": [5, 4, 0],
  });
  const [gliner, universal, , , , merged] = rows;
  assert.deepEqual([gliner.difference, gliner.datasets[0].prompt], [{ f1: 0, ci95: null }, "as asked"]);
  assert.ok(Math.abs(universal.difference.f1 - (8 / 10 - 10 / 14)) < 1e-12 && universal.difference.ci95);
  assert.equal(universal.datasets[0].prompt, "its prompt would lack else");
  assert.deepEqual([merged.average.ci95, merged.datasets[0].ci95, merged.difference.ci95], [null, null, null]);
  const [low] = comparePresets([presetOf("gliner")], SETS, [asked], { threshold: 0.7, resamples: 50 });
  assert.deepEqual([low.threshold, low.counts[0].map((c) => c.truePositives)], [0.7, [2, 1, 1]]);
});

test("predictions must have been asked what a preset counts", async () => {
  const without = await answers(["city", "person"]);
  assert.throws(
    () => comparePresets([presetOf("gliner")], SETS, [without]),
    /the predictions of made-up were not asked for else, which the preset gliner counts/,
  );
  assert.equal(promptDifference(presetOf("universal-ner"), without, TYPES), "as asked");
  assert.equal(
    promptDifference(presetOf("gliner"), await answers(["person", "city", "else"]), TYPES),
    "its prompt would have another order",
  );
  assert.equal(
    promptDifference(presetOf("gliner"), await answers(TYPES), TYPES),
    "its prompt would spell types otherwise",
  );
});

test("predictions of other texts are refused", async () => {
  const asked = await answers(TYPES);
  const other = [{ ...SETS[0], records: RECORDS.slice(1) }];
  assert.throws(() => comparePresets([presetOf("workbook")], other, [asked]), /of 3 texts \(made-up\), the data has 2/);
});
