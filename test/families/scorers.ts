import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type NerSpan, parseRecord } from "../../lib/data/records";
import { macroScores } from "../../lib/evaluate/errors/breakdown";
import { FORMAT, formatText, parsePredictions } from "../../lib/evaluate/predictions/predictions";
import { matchModes } from "../../lib/evaluate/scoring/match-modes";
import { addCounts, countMatches, f1Scores, type Scores, scoresPerType } from "../../lib/evaluate/scoring/metrics";
import { PLAIN_RULES, scorePredictions } from "../../lib/evaluate/scoring/scoring";
import type { GoldenFamily } from "./family";

type Triple = [precision: number, recall: number, f1: number];

/** What other scorers say of the same mentions (test/python/scorers.py): to 1e-9. */
export const scorers: GoldenFamily = {
  name: "scorers",
  matches: (path) => Object.hasOwn(CHECKS, path),
  async check(folder, path) {
    CHECKS[path](JSON.parse(readFileSync(join(folder, path), "utf8")));
  },
};

const CHECKS: Record<string, (fixture: unknown) => void> = {
  "scorers/seqeval.json": (fixture) => checkSeqeval(fixture as { cases: SeqevalCase[] }),
  "scorers/nervaluate.json": (fixture) => checkNervaluate(fixture as { cases: NervaluateCase[] }),
  "scorers/gliner.json": (fixture) => checkGliner(fixture as GlinerFile),
};

interface SeqevalCase {
  gold: NerSpan[][];
  pred: NerSpan[][];
  micro: Triple;
  macro: Triple;
  types: Record<string, [...Triple, support: number]>;
}

function checkSeqeval({ cases }: { cases: SeqevalCase[] }): void {
  cases.forEach(({ gold, pred, micro, macro, types }, i) => {
    const counts = addCounts(gold.map((spans, n) => countMatches(spans, pred[n])));
    assertScores(f1Scores(counts), micro, `case ${i}, micro`);
    assertScores(macroScores(gold, pred), macro, `case ${i}, macro`);
    for (const row of scoresPerType(gold, pred, Object.keys(types))) {
      const [p, r, f1, support] = types[row.type];
      assertScores(row, [p, r, f1], `case ${i}, ${row.type}`);
      assert.equal(row.support, support, `case ${i}, ${row.type}`);
    }
  });
}

interface NervaluateCase {
  gold: NerSpan[][];
  pred: NerSpan[][];
  modes: Record<"strict" | "exact" | "partial" | "ent_type", number[]>;
}

function checkNervaluate({ cases }: { cases: NervaluateCase[] }): void {
  cases.forEach(({ gold, pred, modes }, i) => {
    for (const ours of matchModes(gold, pred)) {
      const { correct, incorrect, partial, missed, spurious } = ours;
      const [c, n, p, m, s, precision, recall, f1] = modes[ours.mode === "type" ? "ent_type" : ours.mode];
      const where = `case ${i}, ${ours.mode}`;
      assert.deepEqual([correct, incorrect, partial, missed, spurious], [c, n, p, m, s], where);
      assertScores(ours, [precision, recall, f1], where);
    }
  });
}

interface GlinerFile {
  records: unknown[];
  labels: string[];
  candidates: [number, number, string, number][][];
  results: {
    threshold: number;
    flat_ner: boolean;
    multi_label: boolean;
    precision: number;
    recall: number;
    f_score: number;
  }[];
}

/** One file of predictions, through our format and scorer, against Python's greedy search and evaluator. */
function checkGliner({ records, labels, candidates, results }: GlinerFile): void {
  const read = records.map((record, i) => parseRecord(record, `record ${i}`));
  const model = { name: "made up", sha256: "0" };
  const header = {
    format: FORMAT,
    model,
    data: { name: "made up", texts: read.length, sha256: "0" },
    labels,
    floor: 0.05,
  };
  const lines = candidates.map((row, i) => {
    const found = row.map(([start, end, label, score]) => ({ start, end, label, score }));
    return formatText(i, { candidates: found, wordsLost: 0 });
  });
  const predictions = parsePredictions(`${JSON.stringify(header)}\n${lines.join("")}`, "made up");
  for (const { threshold, flat_ner: flatNer, multi_label: multiLabel, precision, recall, f_score } of results) {
    const { counts } = scorePredictions(read, predictions, { ...PLAIN_RULES, threshold, flatNer, multiLabel });
    const where = `threshold ${threshold}, flat ${flatNer}, multi-label ${multiLabel}`;
    assertScores(f1Scores(addCounts(counts)), [precision, recall, f_score], where);
  }
}

function assertScores(ours: Scores, wanted: Triple, where: string): void {
  for (const [i, name] of (["precision", "recall", "f1"] as const).entries())
    assert.ok(Math.abs(ours[name] - wanted[i]) < 1e-9, `${where}: ${name} ${ours[name]}, Python ${wanted[i]}`);
}
