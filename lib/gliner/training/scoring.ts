import type { NerRecord, NerSpan } from "../../data/records";
import { bootstrapF1 } from "../../evaluate/bootstrap";
import { addCounts, countMatches, type Scores, scores, scoresPerType } from "../../evaluate/metrics";
import { exceeds, greedyDecode, type SpanCandidate } from "../../model/decode";
import type { GLiNER } from "../gliner";
import { type Calibration, calibrationOf } from "./calibration";

/** Sentences that are asked for the same types. */
export interface AskedRecords {
  types: readonly string[];
  records: readonly NerRecord[];
}

/** Micro-averaged exact matches over all sentences, with the 95 % interval of F1 over sentences. */
export interface ThresholdScores extends Scores {
  threshold: number;
  ci95: [low: number, high: number];
}

export interface HeldOutScores extends ThresholdScores {
  sentences: number;
  support: number;
  /** The same scores at .3: young models find nothing at .5. */
  at3: ThresholdScores;
  perType: ({ type: string; support: number } & Scores)[];
  calibration: Calibration;
}

/** Gold and candidates of sentences, in one order. */
export interface Found {
  gold: NerSpan[][];
  candidates: SpanCandidate[][];
}

/** Probability below which a span takes no part, also not in the calibration. */
export const FLOOR = 0.05;
const CHUNK = 8;

/**
 * Reads the sentences; between two batches other things may happen.
 * @returns undefined where the signal came
 */
export async function findAll(
  model: GLiNER,
  asked: readonly AskedRecords[],
  signal?: AbortSignal,
): Promise<Found | undefined> {
  const found: Found = { gold: [], candidates: [] };
  for (const { types, records } of asked)
    for (let at = 0; at < records.length; at += CHUNK) {
      if (signal?.aborted) return undefined;
      const chunk = records.slice(at, at + CHUNK);
      const tokens = chunk.map((record) => record.tokens);
      found.candidates.push(...(await model.candidates(tokens, types, { floor: FLOOR, batchSize: CHUNK })));
      found.gold.push(...chunk.map(({ ner }) => ner.filter(([, , type]) => types.includes(type))));
      await new Promise((resolve) => setImmediate(resolve));
    }
  return found;
}

/** Scores of what was found. @param types whose own scores are given */
export function scoreFound(found: Found, types: readonly string[], threshold: number): HeldOutScores {
  const predicted = decodeAll(found.candidates, threshold);
  return {
    ...thresholdScores(found.gold, predicted, threshold),
    sentences: found.gold.length,
    support: found.gold.reduce((sum, spans) => sum + new Set(spans.map(String)).size, 0),
    at3: thresholdScores(found.gold, decodeAll(found.candidates, 0.3), 0.3),
    perType: scoresPerType(found.gold, predicted, types),
    calibration: calibrationOf(found),
  };
}

export function decodeAll(found: readonly SpanCandidate[][], threshold: number): NerSpan[][] {
  return found.map((spans) => {
    const above = spans.filter(({ score }) => exceeds(score, threshold));
    const kept = greedyDecode(above, { flatNer: true, multiLabel: false });
    return kept.map(({ start, end, label }): NerSpan => [start, end, label]);
  });
}

export function countsOf(gold: readonly NerSpan[][], predicted: readonly NerSpan[][]) {
  return gold.map((spans, i) => countMatches(spans, predicted[i]));
}

function thresholdScores(gold: NerSpan[][], predicted: NerSpan[][], threshold: number): ThresholdScores {
  const counts = countsOf(gold, predicted);
  const { low, high } = bootstrapF1([counts]);
  return { threshold, ...scores(addCounts(counts)), ci95: [low, high] };
}
