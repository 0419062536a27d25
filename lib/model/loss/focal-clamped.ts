/** The element loss of today's GLiNER (`loss_type: focal`), for span and token models. */
import * as tf from "@tensorflow/tfjs";
import { focalWeights, smooth } from "./factors";
import type { LossOptions } from "./options";

/** Probabilities are clamped here before the logarithm: beyond logits of about ±13.8 the gradient of a wrong score is 0. */
const EPSILON = 1e-6;

/** What the clamped loss reads. */
export type ClampedOptions = Pick<LossOptions, "alpha" | "gamma" | "prob_margin" | "margin_floor" | "label_smoothing">;

/**
 * Focal loss on clamped probabilities, as GLiNER computes it since 0.2.22 (bb3bf24, August 2025).
 *
 *     q = clamp(p - margin, 0, 1)                               margin_floor false (until 0.2.24): no lower bound
 *     l = -y log max(p, ε) - (1 - y) log max(1 - q, ε)
 *     p_t = p y + (1 - q)(1 - y)
 *
 * Without the lower bound a negative with p < margin has a negative loss, and a fractional γ gives NaN.
 * @param p probabilities
 * @param labels of 0 and 1, of the shape of `p`
 * @returns the shape of `p`
 */
export function clampedFocal(p: tf.Tensor, labels: tf.Tensor, options: ClampedOptions): tf.Tensor {
  const y = smooth(labels, options.label_smoothing);
  const q = withMargin(p, options);
  const positive = tf.mul(y, tf.log(tf.maximum(p, EPSILON)));
  const negative = tf.mul(tf.sub(1, y), tf.log(tf.maximum(tf.sub(1, q), EPSILON)));
  const pt = () => tf.add(tf.mul(p, y), tf.mul(tf.sub(1, q), tf.sub(1, y)));
  return focalWeights(tf.neg(tf.add(positive, negative)), y, pt, options.alpha, options.gamma);
}

function withMargin(p: tf.Tensor, { prob_margin: margin, margin_floor: floor }: ClampedOptions): tf.Tensor {
  if (margin === 0) return p;
  const shifted = tf.sub(p, margin);
  return floor ? tf.clipByValue(shifted, 0, 1) : tf.minimum(shifted, 1);
}
