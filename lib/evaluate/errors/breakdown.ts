/** Scores split by type, by width and by types seen in training, and the gold that lies out of the model's reach. */
import type { NerRecord, NerSpan } from "../../data/records";
import type { TextPrediction } from "../predictions/predictions";
import { addCounts, type Counts, countMatches, f1Scores, type Scores, scoresPerType } from "../scoring/metrics";

/** Where a score comes from: by type, by width, by types that training has seen, and what no model could have found. */
export interface Group extends Scores {
  group: string;
  /** Gold mentions. */
  support: number;
  /** Answers. */
  predicted: number;
}

/** The scores of each group of mentions, in the order in which the groups appear in `order`, then of their appearance. */
export function scoresBy(
  gold: readonly (readonly NerSpan[])[],
  predicted: readonly (readonly NerSpan[])[],
  groupOf: (span: NerSpan) => string,
  order: readonly string[] = [],
): Group[] {
  const present = new Set([...gold, ...predicted].flatMap((spans) => spans.map(groupOf)));
  const groups = [
    ...order.filter((group) => present.has(group)),
    ...[...present].filter((group) => !order.includes(group)),
  ];
  return groups.map((group) => {
    const only = (spans: readonly NerSpan[]) => spans.filter((span) => groupOf(span) === group);
    return groupOfCounts(group, addCounts(gold.map((spans, i) => countMatches(only(spans), only(predicted[i])))));
  });
}

function groupOfCounts(group: string, counts: Counts): Group {
  const { truePositives: tp, falsePositives, falseNegatives } = counts;
  return { group, support: tp + falseNegatives, predicted: tp + falsePositives, ...f1Scores(counts) };
}

/** By width in words: 1, 2, 3, 4, 5 and more. */
export function scoresPerWidth(
  gold: readonly (readonly NerSpan[])[],
  predicted: readonly (readonly NerSpan[])[],
): Group[] {
  const widest = 5;
  const groupOf = ([start, end]: NerSpan) => (end - start + 1 < widest ? String(end - start + 1) : `${widest}+`);
  return scoresBy(gold, predicted, groupOf, ["1", "2", "3", "4", `${widest}+`]);
}

/** Types that the training data has, against types that it has not: only the second is zero-shot. */
export function scoresPerSeen(
  gold: readonly (readonly NerSpan[])[],
  predicted: readonly (readonly NerSpan[])[],
  seen: ReadonlySet<string>,
): Group[] {
  return scoresBy(gold, predicted, ([, , type]) => (seen.has(type) ? "seen" : "unseen"), ["seen", "unseen"]);
}

/**
 * The unweighted mean of the types' scores, over the types that gold or answers have.
 * @see seqeval.metrics, average="macro"
 */
export function macroScores(
  gold: readonly (readonly NerSpan[])[],
  predicted: readonly (readonly NerSpan[])[],
  unaligned: readonly (readonly string[])[] = [],
): Scores {
  const named = [...gold, ...predicted].flatMap((spans) => spans.map(([, , type]) => type));
  const rows = scoresPerType(gold, predicted, [...new Set([...named, ...unaligned.flat()])], unaligned);
  const mean = (of: keyof Scores) => (rows.length ? rows.reduce((sum, row) => sum + row[of], 0) / rows.length : 0);
  return { precision: mean("precision"), recall: mean("recall"), f1: mean("f1") };
}

/** Gold that this model cannot say, each mention under the first reason that holds. All of it is in the denominator of recall. */
export interface Unrepresentable {
  /** Begins or ends inside a word. */
  alignment: number;
  /** Lies beyond the words that the model reads. */
  length: number;
  /** Wider than its widest span. */
  width: number;
  /** The recall of a model that finds all the rest. */
  ceiling: number;
}

/**
 * Counts the gold that no span of the model can be.
 * @param records gold as it is scored
 * @param texts the same texts as predicted, for the words that were lost
 * @param maxWidth K; without it nothing limits the width
 */
export function unrepresentable(
  records: readonly NerRecord[],
  texts: readonly Pick<TextPrediction, "wordsLost">[] = [],
  maxWidth = Number.POSITIVE_INFINITY,
): Unrepresentable {
  const found = { alignment: 0, length: 0, width: 0 };
  let total = 0;
  records.forEach(({ tokens, ner, unaligned = [] }, i) => {
    const read = tokens.length - (texts[i]?.wordsLost ?? 0);
    const spans = [...new Map(ner.map((span) => [span.join(" "), span])).values()];
    total += spans.length + unaligned.length;
    found.alignment += unaligned.length;
    for (const [start, end] of spans)
      if (end >= read) found.length++;
      else if (end - start + 1 > maxWidth) found.width++;
  });
  const lost = found.alignment + found.length + found.width;
  return { ...found, ceiling: total ? (total - lost) / total : 1 };
}
