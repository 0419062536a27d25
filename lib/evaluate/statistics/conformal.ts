/**
 * A threshold with a promise, from a few annotated sentences: conformal risk control.
 *
 * Each sentence loses a share of its mentions at a threshold, and loses no less at a higher one. If the sentences to come are drawn as these
 * were, the highest threshold at which (n / (n + 1)) * mean loss + 1 / (n + 1) stays within `missRate` loses on average no more than
 * `missRate` of a new sentence's mentions. The 1 / (n + 1) stands for the sentence that nobody has seen, and is lost whole.
 * @see Angelopoulos, Bates, Fisch, Lei, Schuster 2022, "Conformal Risk Control"
 */

/**
 * A float32 below a positive score: a score equal to a threshold does not count, and this one lets it. It lies as far below as the same
 * sentence's score may move when it is read among others, where products of other sizes round otherwise: some 1e-6 of it.
 */
export const justBelow = (score: number): number => Math.fround(Math.max(0, score) * (1 - SLACK));

const SLACK = 1e-5;

/**
 * @param sentences the scores of each sentence's mentions, in (0, 1), 0 for one that the model does not see at all; sentences without
 *   mentions are left out by the caller
 * @param missRate share of a sentence's mentions that may be missed on average, in (0, 1)
 * @returns the highest threshold that keeps the promise, mentions above it counting as found; undefined where none does: too few sentences,
 *   or too many mentions that the model never sees
 */
export function conformalThreshold(sentences: readonly (readonly number[])[], missRate: number): number | undefined {
  const n = sentences.length;
  const allowed = missRate * (n + 1) - 1;
  const share = sentences.map((scores) => 1 / scores.length);
  const mentions = sentences.flatMap((scores, i) => scores.map((score) => ({ score, lost: share[i] })));
  mentions.sort((a, b) => a.score - b.score);
  // From the lowest score up: at a threshold just below a score, every lower one is lost.
  let lost = 0;
  let best: number | undefined;
  for (let i = 0; i < mentions.length; ) {
    const { score } = mentions[i];
    if (lost > allowed + ROUNDING) break;
    if (score > 0) best = justBelow(score);
    for (; i < mentions.length && mentions[i].score === score; i++) lost += mentions[i].lost;
  }
  return best;
}

/** Of sums of shares such as 1/3. */
const ROUNDING = 1e-9;

/** The fewest sentences that can promise a miss rate, all of their mentions being found. */
export const sentencesFor = (missRate: number): number => Math.ceil(1 / missRate - 1 - ROUNDING);
