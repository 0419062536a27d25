/** What the weight of positives in the loss does to probabilities, and how to take it back. */
import { usageError } from "../../errors";

/**
 * The probability without the loss's weight of positives. A loss that counts each positive w times is least where the odds are w times the
 * true ones: with `loss_alpha: .75`, GLiNER's own, w is .75 / .25 = 3, and a span that is right once in four gets .5. So odds are divided by w.
 * On our own development passages that takes the calibration error of data/checkpoint from .14 to .01 (docs/training.md); the order of spans stays.
 * @param score probability that the model gives, 0 to 1
 * @param weight of a positive against a negative: `loss_alpha / (1 - loss_alpha)`
 * @throws UserError (usage) where the weight is no positive number
 * @see Elkan 2001, "The Foundations of Cost-Sensitive Learning"
 */
export function unweighted(score: number, weight: number): number {
  if (!(weight > 0 && Number.isFinite(weight))) throw usageError(`weight is ${weight}, wanted a number above 0.`);
  return score / (weight - (weight - 1) * score);
}
