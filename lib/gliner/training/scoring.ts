/** Asks the model for types in the middle of training and scores its answers like the zero-shot evaluation. */
import { byCodePoint, type NerRecord } from "../../data/records";
import { FLOOR } from "../../evaluate/predictions/predictions";
import type { Scores } from "../../evaluate/scoring/metrics";
import { PLAIN_RULES, scoreTexts } from "../../evaluate/scoring/scoring";
import { type Calibration, calibrate } from "../../evaluate/statistics/calibration";
import { askedOnly, evaluationOf } from "../../evaluate/zero-shot";
import type { SpanCandidate } from "../../model/decode";
import type { GLiNER } from "../gliner";

/** Sentences that are asked for the same types. */
export interface AskedRecords {
  /** The types that are scored. */
  types: readonly string[];
  /** Types that stand in the prompt beside them; what is found of these does not count. */
  beside?: readonly string[];
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

/** Sentences, with the gold that was asked for, and the candidates of each. */
export interface Found {
  records: NerRecord[];
  candidates: SpanCandidate[][];
}

const CHUNK = 8;

/**
 * Reads the sentences; between two batches other things may happen.
 * @returns undefined where the signal came
 */
export async function findAsked(
  model: GLiNER,
  asked: readonly AskedRecords[],
  signal?: AbortSignal,
): Promise<Found | undefined> {
  const found: Found = { records: [], candidates: [] };
  for (const { types, beside = [], records } of asked) {
    const scored = new Set(types);
    const prompt = [...new Set([...types, ...beside])].sort(byCodePoint);
    for (let at = 0; at < records.length; at += CHUNK) {
      if (signal?.aborted) return undefined;
      const chunk = records.slice(at, at + CHUNK);
      const tokens = chunk.map((record) => record.tokens);
      const candidates = await model.candidates(tokens, prompt, { floor: FLOOR, batchSize: CHUNK });
      found.candidates.push(...candidates.map((spans) => spans.filter(({ label }) => scored.has(label))));
      found.records.push(...askedOnly(chunk, types));
    }
  }
  return found;
}

/** Scores of what was found. @param types whose own scores are given */
export function scoreFound({ records, candidates }: Found, types: readonly string[], threshold: number): HeldOutScores {
  const at = (one: number) => ({
    threshold: one,
    ...scoreTexts(records, candidates, { ...PLAIN_RULES, threshold: one }),
  });
  const { support, perType, thresholds } = evaluationOf([at(threshold), at(0.3)], types);
  const [scores, at3] = thresholds.map(({ counts, ...rest }) => rest);
  return { ...scores, sentences: records.length, support, at3, perType, calibration: calibrate(records, candidates) };
}

/** Matches of each sentence. */
export function countsAt({ records, candidates }: Found, threshold: number) {
  return scoreTexts(records, candidates, { ...PLAIN_RULES, threshold }).counts;
}
