/** Scores as a function of the threshold, its best point, and a plain twin that decodes at every threshold. */
import type { NerRecord } from "../../data/records";
import { usageError } from "../../errors";
import { type DecodeOptions, entitiesAt, type SpanCandidate } from "../../model/decode";
import { addCounts, f1Scores, type Scores } from "./metrics";
import { PLAIN_RULES, scoreTexts } from "./scoring";

/** The scores from a threshold on, up to the next point's. */
export interface CurvePoint extends Scores {
  threshold: number;
  /** Entities left. */
  predicted: number;
}

export interface CurveOptions extends Pick<Partial<DecodeOptions>, "flatNer" | "multiLabel"> {
  /** The candidates are all those above this probability: the curve begins here. */
  floor: number;
}

/**
 * Precision, recall and F1 at every threshold where one of them changes, from one decoding.
 *
 * This is exact. Greedy decoding serves the best span first and never takes one back, so that what becomes of a span depends
 * on better ones only; a higher threshold takes away the worst and changes nothing for the rest. The entities at a
 * threshold are therefore those of the floor whose probability exceeds it. (With the worst first, as in GLiNER 0.1.5 and
 * 0.1.6, it would be false.) `thresholdCurveByDecoding` is the plain twin.
 *
 * @param records with the gold that counts, see `askedOnly`
 * @param found candidates of each record, before decoding
 * @returns from the floor up; at the last point nothing is left
 */
export function thresholdCurve(
  records: readonly NerRecord[],
  found: readonly (readonly SpanCandidate[])[],
  options: CurveOptions,
): CurvePoint[] {
  const support = supportOf(records, found, options);
  const kept = entitiesAboveFloor(records, found, options).sort((a, b) => b.score - a.score);
  const points: CurvePoint[] = [];
  let hits = 0;
  kept.forEach(({ right }, i) => {
    hits += Number(right);
    const next = i + 1 < kept.length ? kept[i + 1].score : Math.fround(options.floor);
    // Entities of one probability go together.
    if (next < kept[i].score) points.push(pointOf(next, hits, i + 1, support));
  });
  const top = pointOf(kept.length ? kept[0].score : Math.fround(options.floor), 0, 0, support);
  return [...points.reverse(), top];
}

/** The plain twin: everything is decoded anew at every threshold. */
export function thresholdCurveByDecoding(
  records: readonly NerRecord[],
  found: readonly (readonly SpanCandidate[])[],
  thresholds: readonly number[],
  { flatNer = true, multiLabel = false }: Omit<CurveOptions, "floor"> = {},
): CurvePoint[] {
  return thresholds.map((threshold) => {
    const { counts } = scoreTexts(records, found, { ...PLAIN_RULES, flatNer, multiLabel, threshold });
    const sum = addCounts(counts);
    return { threshold, ...f1Scores(sum), predicted: sum.truePositives + sum.falsePositives };
  });
}

/** The scores at any threshold from the floor on. @throws UserError below it */
export function scoresAt(curve: readonly CurvePoint[], threshold: number): CurvePoint {
  const rounded = Math.fround(threshold);
  if (!(rounded >= curve[0].threshold))
    throw usageError(`the threshold ${threshold} lies below ${curve[0].threshold}, where the curve begins.`);
  let low = 0;
  let high = curve.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (curve[middle].threshold <= rounded) low = middle;
    else high = middle - 1;
  }
  return { ...curve[low], threshold };
}

/**
 * The point of the highest F1; of equal ones the highest threshold. Chosen on the sentences that it is then reported on it
 * flatters: choose on some, report on others.
 */
export function bestThreshold(curve: readonly CurvePoint[]): CurvePoint {
  return curve.reduce((best, point) => (point.f1 >= best.f1 ? point : best));
}

function pointOf(threshold: number, hits: number, predicted: number, support: number): CurvePoint {
  const counts = { truePositives: hits, falsePositives: predicted - hits, falseNegatives: support - hits };
  return { threshold, ...f1Scores(counts), predicted };
}

/** Every entity of the floor, with whether it is right. */
function entitiesAboveFloor(
  records: readonly NerRecord[],
  found: readonly (readonly SpanCandidate[])[],
  { floor, ...decoding }: CurveOptions,
): { score: number; right: boolean }[] {
  return records.flatMap(({ ner }, i) => {
    const gold = new Set(ner.map(([start, end, label]) => `${start} ${end} ${label}`));
    const entities = new Map<string, number>();
    // A candidate that is listed twice counts once, by its better score.
    for (const { start, end, label, score } of entitiesAt(found[i], floor, decoding)) {
      const key = `${start} ${end} ${label}`;
      entities.set(key, Math.max(score, entities.get(key) ?? 0));
    }
    return [...entities].map(([key, score]) => ({ score, right: gold.has(key) }));
  });
}

/** Gold mentions, those that no span can represent included. */
function supportOf(
  records: readonly NerRecord[],
  found: readonly (readonly SpanCandidate[])[],
  { floor }: CurveOptions,
): number {
  if (found.length !== records.length)
    throw usageError(`got the candidates of ${found.length} texts for ${records.length} records.`);
  if (!(floor >= 0 && floor < 1)) throw usageError(`the floor is ${floor}, wanted a number from 0 to below 1.`);
  return records.reduce((sum, { ner, unaligned = [] }) => sum + new Set(ner.map(String)).size + unaligned.length, 0);
}
