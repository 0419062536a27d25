import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { goldTypes, type NerRecord, readRecords } from "../../lib/data/records";
import type { Predictor } from "../../lib/evaluate/predictions/predict";
import { evaluateRecords } from "../../lib/evaluate/zero-shot";
import { greedyDecode, type SpanCandidate } from "../../lib/model/decode";
import { ROOT } from "../tiny";

/** Says what it is told to, whatever the text. */
const says = (...spans: [number, number, string, number][]): Predictor => ({
  candidates: async (tokens, _labels, { floor }) =>
    tokens.map(() =>
      spans
        .filter(([, , , score]) => score > floor)
        .map(([start, end, label, score]) => ({ start, end, label, score })),
    ),
});

const RECORD: NerRecord = {
  tokens: "a b c d e".split(" "),
  ner: [
    [0, 0, "x"],
    [1, 4, "x"],
    [2, 2, "y"],
  ],
};

test("gold of types that are not asked is left out, gold that cannot be found stays", async () => {
  const { recall, support, types, precision } = await evaluateRecords(says([0, 0, "x", 0.9]), [RECORD], {
    entityTypes: ["x"],
  });
  assert.deepEqual([precision, recall, support, types], [1, 0.5, 2, 1]);
});

test("one pass serves several thresholds; the first is the result's own", async () => {
  let calls = 0;
  const predictor = says([0, 0, "x", 0.9], [3, 3, "x", 0.4]);
  const counting: Predictor = {
    candidates: (...words) => {
      calls++;
      return predictor.candidates(...words);
    },
  };
  const result = await evaluateRecords(counting, [RECORD], { entityTypes: ["x", "y"], thresholds: [0.5, 0.3, 0.95] });
  assert.equal(calls, 1);
  assert.deepEqual(
    result.thresholds.map(({ threshold, precision }) => [threshold, precision]),
    [
      [0.5, 1],
      [0.3, 0.5],
      [0.95, 0],
    ],
  );
  assert.equal(result.f1, result.thresholds[0].f1);
});

test("nothing to evaluate, or nothing asked, is an error", async () => {
  await assert.rejects(() => evaluateRecords(says(), [], { entityTypes: ["x"] }), /no records/);
  await assert.rejects(() => evaluateRecords(says(), [RECORD], { entityTypes: [] }), { exitCode: 2 });
});

test("thresholds that mean nothing are errors, not an F1 of 0", async () => {
  for (const thresholds of [[], [Number.NaN], [0.5, 50], [-0.1]])
    await assert.rejects(() => evaluateRecords(says(), [RECORD], { entityTypes: ["x"], thresholds }), {
      name: "UserError",
      exitCode: 2,
      message: /threshold/,
    });
});

test("a type asked twice, or gold given twice, counts once; flat and nested decoding reach the scores", async () => {
  const twice: NerRecord = { ...RECORD, ner: [...RECORD.ner, ...RECORD.ner] };
  const predictor = says([1, 4, "x", 0.9], [2, 2, "y", 0.8]);
  const entityTypes = ["x", "y", "x"];
  const flat = await evaluateRecords(predictor, [twice], { entityTypes });
  const nested = await evaluateRecords(predictor, [twice], { entityTypes, flatNer: false });
  assert.deepEqual([flat.types, flat.support, flat.recall], [2, 3, 1 / 3]);
  assert.deepEqual([nested.precision, nested.recall], [1, 2 / 3]);
  assert.deepEqual(
    nested.perType.map(({ type, support, recall }) => [type, support, recall]),
    [
      ["x", 2, 0.5],
      ["y", 1, 1],
    ],
  );
});

const RUN = join(ROOT, "..", "shared", "python-run-1500");
const present = existsSync(RUN);
if (!present) process.stdout.write("skipped: ../shared/python-run-1500 is not beside the checkout\n");

interface Prediction {
  set: string;
  labels: string[] | null;
  candidates: [number, number, string, number][];
  "flat@0.1": [number, number, string, number][];
}

test("from Python's candidates alone: Python's entities and F1", { skip: !present }, async () => {
  const lines = readFileSync(join(RUN, "predictions.jsonl"), "utf8").trim().split("\n");
  const predictions = lines.map((line) => JSON.parse(line) as Prediction);
  const f1 = JSON.parse(readFileSync(join(RUN, "f1.json"), "utf8")) as Record<string, { f1: number }>;
  const toSpan = ([start, end, label, score]: Prediction["candidates"][number]) => ({ start, end, label, score });
  for (const set of new Set(predictions.map((prediction) => prediction.set))) {
    const mine = predictions.filter((prediction) => prediction.set === set);
    const all = await readRecords(join(RUN, "..", "corpus", "zero-shot", `${set}.jsonl`));
    const types = goldTypes(all).filter((type) => type !== "else");
    assert.deepEqual(types, mine[0].labels);
    const found: SpanCandidate[][] = mine.map((prediction) => prediction.candidates.map(toSpan));
    found.forEach((spans, i) => {
      const flat = greedyDecode(
        spans.filter((span) => span.score > 0.1),
        { flatNer: true, multiLabel: false },
      );
      assert.deepEqual(flat, mine[i]["flat@0.1"].map(toSpan), `${set} ${i}`);
    });
    const { thresholds } = await evaluateRecords({ candidates: async () => found }, all.slice(0, mine.length), {
      entityTypes: types,
      thresholds: [0.5, 0.3, 0.1],
    });
    for (const { threshold, f1: ours } of thresholds)
      assert.ok(Math.abs(ours - f1[`${set}@${threshold}`].f1) < 1e-9, `${set} at ${threshold}`);
  }
});
