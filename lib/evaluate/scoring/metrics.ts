/** Counts entities against gold by exact match and turns the counts into precision, recall and F1. */
import type { NerSpan } from "../../data/records";

/**
 * Exact-match scores: a prediction counts when its type and both boundaries are those of a gold mention of its sentence.
 * Gold and predictions are sets: a duplicate counts once.
 * @see gliner/evaluation/evaluator.py, BaseNEREvaluator
 */
export interface Counts {
  truePositives: number;
  falsePositives: number;
  falseNegatives: number;
}

/** Shares in 0..1; a division by zero gives 0. */
export interface Scores {
  precision: number;
  recall: number;
  f1: number;
}

/** Matches of one sentence. */
export function countMatches(gold: readonly NerSpan[], predicted: readonly NerSpan[]): Counts {
  const wanted = new Set(gold.map(key));
  const got = new Set(predicted.map(key));
  let truePositives = 0;
  for (const span of got) if (wanted.has(span)) truePositives++;
  return { truePositives, falsePositives: got.size - truePositives, falseNegatives: wanted.size - truePositives };
}

/** The sum of two counts. */
export function addCounts(counts: Iterable<Counts>): Counts {
  const sum = { truePositives: 0, falsePositives: 0, falseNegatives: 0 };
  for (const count of counts) {
    sum.truePositives += count.truePositives;
    sum.falsePositives += count.falsePositives;
    sum.falseNegatives += count.falseNegatives;
  }
  return sum;
}

/** Precision, recall and F1 of summed counts. */
export function f1Scores({ truePositives: tp, falsePositives: fp, falseNegatives: fn }: Counts): Scores {
  return { precision: ratio(tp, tp + fp), recall: ratio(tp, tp + fn), f1: ratio(2 * tp, 2 * tp + fp + fn) };
}

/**
 * The scores of each type, with the number of gold mentions, in the order of the types.
 * @param unaligned types of gold that no span can be, by sentence: each is missed
 */
export function scoresPerType(
  gold: readonly (readonly NerSpan[])[],
  predicted: readonly (readonly NerSpan[])[],
  types: readonly string[],
  unaligned: readonly (readonly string[])[] = [],
): ({ type: string; support: number } & Scores)[] {
  const never = unaligned.flat();
  return types.map((type) => {
    const only = (spans: readonly NerSpan[]) => spans.filter(([, , label]) => label === type);
    const counts = addCounts(gold.map((spans, i) => countMatches(only(spans), only(predicted[i]))));
    counts.falseNegatives += never.filter((label) => label === type).length;
    return { type, support: counts.truePositives + counts.falseNegatives, ...f1Scores(counts) };
  });
}

const key = ([start, end, label]: NerSpan) => `${start} ${end} ${label}`;
const ratio = (a: number, b: number) => (b === 0 ? 0 : a / b);
