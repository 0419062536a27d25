/** Softer ways to match entities with gold than exact match, for comparison with nervaluate's numbers. */
import type { NerSpan } from "../../data/records";

/**
 * The four ways of matching of SemEval 2013 task 9, as nervaluate counts them:
 *
 *     strict   boundaries and type          exact   boundaries, whatever the type
 *     partial  any overlap counts half      type    any overlap, with the right type
 *
 * Only `strict` asks what the benchmark asks, and even there errors are counted otherwise than by exact match: a prediction that
 * overlaps a gold mention is one `incorrect` instead of a false positive and a false negative. P, R and F1 are the same where
 * answers are flat; where they overlap, an early answer can take a mention from a later one that hits it.
 * @see nervaluate 1.2.1, strategies.py
 */
export const MATCH_MODES = ["strict", "exact", "partial", "type"] as const;

export type MatchMode = (typeof MATCH_MODES)[number];

export interface MatchCounts {
  correct: number;
  incorrect: number;
  partial: number;
  missed: number;
  spurious: number;
}

/** Scores of one way of matching. */
export interface ModeScores extends MatchCounts {
  mode: MatchMode;
  precision: number;
  recall: number;
  f1: number;
}

/** A gold mention shares with a prediction at least this share of its own words: nervaluate's default of 1 %. */
const OVERLAP = 0.01;

/**
 * The scores of every mode over all sentences. Predictions are matched in their order, each to the first mention that fits.
 * @param unaligned types of gold that no span can be, by sentence: each is missed
 */
export function matchModes(
  gold: readonly (readonly NerSpan[])[],
  predicted: readonly (readonly NerSpan[])[],
  unaligned: readonly (readonly string[])[] = [],
): ModeScores[] {
  return MATCH_MODES.map((mode) => {
    const sum: MatchCounts = { correct: 0, incorrect: 0, partial: 0, missed: unaligned.flat().length, spurious: 0 };
    gold.forEach((spans, i) => {
      addMatches(sum, spans, predicted[i], mode);
    });
    return { mode, ...sum, ...modeScores(sum) };
  });
}

/** How a pair is judged: `right` ends the search, `wrong` is kept for the case that nothing better comes. */
type Verdict = "right" | "wrong" | undefined;

const VERDICTS: Record<MatchMode, (mention: NerSpan, guess: NerSpan) => Verdict> = {
  strict: (mention, guess) =>
    sameSpan(mention, guess) && mention[2] === guess[2] ? "right" : overlaps(mention, guess) ? "wrong" : undefined,
  exact: (mention, guess) => (sameSpan(mention, guess) ? "right" : overlaps(mention, guess) ? "wrong" : undefined),
  partial: (mention, guess) => (!overlaps(mention, guess) ? undefined : sameSpan(mention, guess) ? "right" : "wrong"),
  type: (mention, guess) => (!overlaps(mention, guess) ? undefined : mention[2] === guess[2] ? "right" : "wrong"),
};

function addMatches(sum: MatchCounts, gold: readonly NerSpan[], predicted: readonly NerSpan[], mode: MatchMode): void {
  const free = new Set(gold);
  for (const guess of predicted) {
    const right = rightPartner([...free], guess, mode);
    const partner = right ?? [...free].find((mention) => VERDICTS[mode](mention, guess) === "wrong");
    if (partner) free.delete(partner);
    if (right) sum.correct++;
    else if (!partner) sum.spurious++;
    else if (mode === "partial") sum.partial++;
    else sum.incorrect++;
  }
  sum.missed += free.size;
}

/** The first mention that is right; where only the type must agree, the one with the closest boundaries. */
function rightPartner(free: readonly NerSpan[], guess: NerSpan, mode: MatchMode): NerSpan | undefined {
  const right = free.filter((mention) => VERDICTS[mode](mention, guess) === "right");
  if (mode !== "type") return right[0];
  return right.reduce<NerSpan | undefined>(
    (best, mention) => (best && distance(best, guess) <= distance(mention, guess) ? best : mention),
    undefined,
  );
}

function modeScores({ correct, incorrect, partial, missed, spurious }: MatchCounts) {
  const credit = correct + partial / 2;
  const precision = ratio(credit, correct + incorrect + partial + spurious);
  const recall = ratio(credit, correct + incorrect + partial + missed);
  return { precision, recall, f1: ratio(2 * precision * recall, precision + recall) };
}

const sameSpan = (a: NerSpan, b: NerSpan) => a[0] === b[0] && a[1] === b[1];
const distance = (a: NerSpan, b: NerSpan) => Math.abs(a[0] - b[0]) + Math.abs(a[1] - b[1]);
const ratio = (a: number, b: number) => (b === 0 ? 0 : a / b);

function overlaps(mention: NerSpan, guess: NerSpan): boolean {
  const shared = Math.min(mention[1], guess[1]) - Math.max(mention[0], guess[0]) + 1;
  return shared > 0 && shared / (mention[1] - mention[0] + 1) >= OVERLAP;
}
