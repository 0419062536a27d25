/** How many times a positive counts for a negative in the loss, what that does to probabilities, and how to take it back. */
import { usageError } from "../../errors";
import type { LossOptions } from "./options";

/** Keys of a recipe that the weight follows from. */
export const POSITIVE_WEIGHT_KEYS = ["loss_alpha", "positive_weight", "label_smoothing"] as const;

export const weighsPositives = (key: string): boolean => POSITIVE_WEIGHT_KEYS.some((one) => one === key);

/**
 * How many times a positive weighs a negative, by all keys of a focal loss: 2 until 0.1.13 (`labels + 1`), 3 with alpha .75, 1 with alpha -1.
 * Smoothed labels take each their share of either weight. Widths do not count (`use_span_width_weight`): it is that of a span of one word.
 * @returns 0 or more; Infinity for alpha 1, where negatives weigh nothing
 */
export function positiveWeight({
  alpha,
  positive_weight,
  label_smoothing,
}: Pick<LossOptions, "alpha" | "positive_weight" | "label_smoothing">): number {
  if (alpha < 0) return positive_weight;
  const weightOf = (target: number) => alpha * target + (1 - alpha) * (1 - target);
  return (positive_weight * weightOf(1 - label_smoothing / 2)) / weightOf(label_smoothing / 2);
}

/**
 * The probability without the loss's weight of positives. A loss that counts each positive w times is least where the odds are w times the
 * true ones: with `loss_alpha: .75`, GLiNER's own, w is .75 / .25 = 3, and a span that is right once in four gets .5. So odds are divided by w.
 * On our own development passages that takes the calibration error of data/checkpoint from .14 to .01 (docs/training.md); the order of spans stays.
 * @param score probability that the model gives, 0 to 1
 * @param weight of a positive against a negative, see `positiveWeight`
 * @throws UserError (usage) where the weight is no positive number
 * @see Elkan 2001, "The Foundations of Cost-Sensitive Learning"
 */
export function unweighted(score: number, weight: number): number {
  checkWeight(weight);
  return score / (weight - (weight - 1) * score);
}

/** Takes `unweighted` back: the score that a loss with this weight teaches for a true probability. @throws UserError as it does */
export function weighted(probability: number, weight: number): number {
  checkWeight(weight);
  return (weight * probability) / (1 + (weight - 1) * probability);
}

/**
 * The threshold at which one model asks for the evidence that another asks for at .5: two recipes whose positives weigh differently do not
 * mean the same by .5. At .5 the odds are `positiveWeight` times the true ones whatever gamma and smoothing are, because the loss of a positive
 * and that of a negative mirror each other there; at another score only with gamma 0 and without smoothing, which the result takes for granted.
 * @param ours weight of the model whose threshold is wanted
 * @param theirs weight of the one that is asked at .5
 * @returns between 0 and 1; .5 where the weights are the same
 * @throws UserError (usage) where a weight is no positive number
 */
export function sameEvidence(ours: number, theirs: number): number {
  return weighted(unweighted(0.5, theirs), ours);
}

/** Whether two weights are one but for rounding: .6 / .4 is 1.5. */
export const sameWeight = (a: number, b: number): boolean =>
  Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));

function checkWeight(weight: number): void {
  if (!(weight > 0 && Number.isFinite(weight))) throw usageError(`weight is ${weight}, wanted a number above 0.`);
}
