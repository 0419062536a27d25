/** What both focal losses share: label smoothing, and the weights by alpha and gamma. */
import * as tf from "@tensorflow/tfjs";

/** y (1 - s) + s / 2: with s = 1 every target is 1/2 and nothing can be learnt. @returns the shape of `targets` */
export function smooth(targets: tf.Tensor, smoothing: number): tf.Tensor {
  return smoothing ? tf.add(tf.mul(targets, 1 - smoothing), 0.5 * smoothing) : targets;
}

/**
 * The two weights of focal loss (Lin et al. 2017, equations 4 and 5):
 *
 *     l (1 - p_t)^γ [γ > 0]      l (α y + (1 - α)(1 - y)) [α >= 0]
 *
 * α = 0 takes all weight from the positives: nothing but "no entity" is learnt (GLiNER 0.2.0 to 0.2.2, config.yaml).
 * @param loss of every element
 * @param targets smoothed, of the shape of `loss`
 * @param pt probability given to the right answer, same shape
 */
export function focalWeights(
  loss: tf.Tensor,
  targets: tf.Tensor,
  pt: () => tf.Tensor,
  alpha: number,
  gamma: number,
): tf.Tensor {
  let weighted = loss;
  if (gamma > 0) weighted = tf.mul(weighted, tf.pow(miss(pt(), gamma), gamma));
  if (alpha >= 0) weighted = tf.mul(weighted, tf.add(tf.mul(targets, alpha), tf.mul(tf.sub(1, targets), 1 - alpha)));
  return weighted;
}

/**
 * 1 - p_t. Below γ = 1 the power has an infinite slope at 0, which a score that is certain to float32 reaches: Python
 * returns NaN gradients there. The bound changes no value (the loss beside it is 0) and makes the gradient 0.
 */
function miss(pt: tf.Tensor, gamma: number): tf.Tensor {
  const missed = tf.sub(1, pt);
  return gamma < 1 ? tf.maximum(missed, 1e-12) : missed;
}
