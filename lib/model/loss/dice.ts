/** The element loss for `loss_type: dice`, an alternative to focal loss since GLiNER 0.2.29. */
import * as tf from "@tensorflow/tfjs";
import type { LossOptions } from "./options";

const EPSILON = 1e-6;

/**
 * Self-adjusting Dice loss of every element (Li et al. 2020, equation 9, element by element), as GLiNER 0.2.29 has it.
 *
 *     a = (1 - p)^γ p      l = 1 - (2 a y + ε) / (a + y + ε)
 *
 * γ = 0 is soft Dice. With γ = 1, a confident positive has a near 0 and so a loss near 1: unlike cross-entropy, the loss of
 * a positive is least at p = 1/2.
 * @param logits
 * @param labels of 0 and 1, of the shape of `logits`
 * @returns the shape of `logits`
 */
export function dice(logits: tf.Tensor, labels: tf.Tensor, options: Pick<LossOptions, "dice_gamma">): tf.Tensor {
  const gamma = options.dice_gamma;
  const p = tf.sigmoid(logits);
  // 1 - p is sigmoid(-s), which does not reach 0 where a fractional γ would have an infinite slope.
  const adjusted = gamma === 0 ? p : tf.mul(tf.pow(tf.sigmoid(tf.neg(logits)), gamma), p);
  const overlap = tf.add(tf.mul(tf.mul(adjusted, labels), 2), EPSILON);
  return tf.sub(1, tf.div(overlap, tf.add(tf.add(adjusted, labels), EPSILON)));
}
