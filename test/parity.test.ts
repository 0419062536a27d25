import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { backendInfo, useBackend } from "../lib/backend";
import { goldTypes, readRecords } from "../lib/data/records";
import { ZERO_SHOT_SETS } from "../lib/data/zero-shot-tests";
import { evaluateRecords } from "../lib/evaluate/zero-shot";
import { GLiNER } from "../lib/gliner/gliner";
import { exceeds, type SpanCandidate } from "../lib/model/decode";
import { ROOT } from "./tiny";

/**
 * A real model that Python trained (MiniLM, markerV0, 28.8 M parameters): our candidates, scores and F1 against what Python
 * said of the first 200 sentences of each of the seven tests.
 */
const RUN = join(ROOT, "..", "shared", "python-run-1500");
const TESTS = join(ROOT, "..", "shared", "corpus", "zero-shot");

const THRESHOLDS = [0.5, 0.3, 0.1];

interface Prediction {
  set: string;
  index: number;
  candidates: [number, number, string, number][];
}

const present = existsSync(RUN) && existsSync(TESTS);
if (!present) process.stdout.write("skipped: ../shared/python-run-1500 is not beside the checkout\n");

before(async () => {
  if (present) await useBackend();
});

test("a real model gives Python's candidates, scores and F1", { skip: !present }, async (t) => {
  const lines = readFileSync(join(RUN, "predictions.jsonl"), "utf8").trim().split("\n");
  const predictions = lines.map((line) => JSON.parse(line) as Prediction);
  const f1 = JSON.parse(readFileSync(join(RUN, "f1.json"), "utf8")) as Record<string, { f1: number }>;
  const model = await GLiNER.fromPretrained(RUN);
  const native = backendInfo().native;
  const limit = native ? 200 : 10;
  const tolerance = native ? 1e-4 : 1e-3;
  for (const set of ZERO_SHOT_SETS) {
    const all = await readRecords(join(TESTS, `${set}.jsonl`));
    const types = goldTypes(all).filter((type) => type !== "else");
    const records = all.slice(0, limit);
    const found = await model.candidates(
      records.map((record) => record.tokens),
      types,
      { floor: 0.05, batchSize: 12 },
    );
    const wanted = predictions.filter((prediction) => prediction.set === set).slice(0, limit);
    assert.equal(wanted.length, records.length);
    wanted.forEach((prediction, i) => {
      compare(found[i], prediction.candidates, tolerance, `${set} ${i}`);
      for (const flip of flips(found[i], prediction.candidates)) t.diagnostic(`${set}, sentence ${i}: ${flip}`);
    });
    if (!native) continue;
    const evaluation = await evaluateRecords({ candidates: async () => found }, records, {
      entityTypes: types,
      thresholds: THRESHOLDS,
    });
    for (const result of evaluation.thresholds)
      assert.ok(
        Math.abs(result.f1 - f1[`${set}@${result.threshold}`].f1) < 1e-3,
        `${set} at ${result.threshold}: F1 ${result.f1}, Python ${f1[`${set}@${result.threshold}`].f1}`,
      );
  }
  model.dispose();
});

test("WebAssembly gives them too, on a part", { skip: !present || process.env.BACKEND === "wasm" }, () => {
  const env = { ...process.env, BACKEND: "wasm", NODE_TEST_CONTEXT: undefined };
  const { status, stdout } = spawnSync(process.execPath, ["--test", __filename], { env, encoding: "utf8" });
  assert.equal(status, 0, stdout);
});

/** Candidates that count at a threshold on one side only: each is an entity that may differ, so each is named. */
function flips(ours: SpanCandidate[], python: Prediction["candidates"]): string[] {
  const theirs = new Map(python.map(([start, end, label, score]) => [`${start}-${end} ${label}`, score]));
  return ours.flatMap(({ start, end, label, score }) => {
    const other = theirs.get(`${start}-${end} ${label}`) ?? 0;
    const crossed = THRESHOLDS.filter((threshold) => exceeds(score, threshold) !== exceeds(other, threshold));
    return crossed.map((threshold) => `${start}-${end} ${label} flips at ${threshold}: ${score}, Python ${other}`);
  });
}

/** The same spans with the same scores; one whose score is the floor to rounding may be on one side only. */
function compare(ours: SpanCandidate[], python: Prediction["candidates"], tolerance: number, where: string): void {
  const scores = new Map(ours.map((span) => [`${span.start} ${span.end} ${span.label}`, span.score]));
  for (const [start, end, label, score] of python) {
    const key = `${start} ${end} ${label}`;
    const got = scores.get(key);
    scores.delete(key);
    if (got === undefined) assert.ok(score - 0.05 < tolerance, `${where}: ${key} (${score}) is missing`);
    else assert.ok(Math.abs(got - score) < tolerance, `${where}: ${key} scores ${got}, Python ${score}`);
  }
  for (const [key, score] of scores) assert.ok(score - 0.05 < tolerance, `${where}: ${key} (${score}) is ours alone`);
}
