import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { NerSpan } from "../../lib/data/records";
import { addCounts, countMatches, f1Scores } from "../../lib/evaluate/scoring/metrics";
import type { GoldenFamily } from "./family";

interface EvalCase {
  gold: NerSpan[][];
  pred: NerSpan[][];
  f1: number;
  prf: { precision: number; recall: number; f_score: number };
}

/** BaseNEREvaluator of GLiNER 0.2.29: micro precision, recall and F1. */
export const evaluation: GoldenFamily = {
  name: "eval",
  matches: (path) => /^eval\/[^/]+\.json$/.test(path),
  async check(folder, path) {
    const { cases } = JSON.parse(readFileSync(join(folder, path), "utf8")) as { cases: EvalCase[] };
    assert.ok(cases.length > 0, "the fixture has no cases");
    cases.forEach((fixture, i) => {
      const ours = f1Scores(addCounts(fixture.gold.map((gold, n) => countMatches(gold, fixture.pred[n]))));
      for (const [name, got, wanted] of [
        ["precision", ours.precision, fixture.prf.precision],
        ["recall", ours.recall, fixture.prf.recall],
        ["F1", ours.f1, fixture.f1],
      ] as const)
        assert.ok(Math.abs(got - wanted) < 1e-9, `case ${i}: ${name} ${got}, Python ${wanted}`);
    });
  },
};
