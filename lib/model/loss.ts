import * as tf from "@tensorflow/tfjs";

/** The loss of GLiNER 0.2.29 (`focal_loss_with_logits`, `UniEncoderSpanModel.loss`), keys in Python's spelling. */
export interface LossOptions {
  /** Weight of positives, 1 - alpha of negatives; below 0 = both weigh 1. */
  alpha: number;
  /** Exponent of the focal factor; 0 = plain cross-entropy. */
  gamma: number;
  /** Subtracted from the probabilities of negatives. */
  prob_margin: number;
  label_smoothing: number;
  /** "mean" divides by the number of valid spans, not by spans times types. */
  reduction: "sum" | "mean";
}

export const DEFAULT_LOSS: LossOptions = { alpha: -1, gamma: 0, prob_margin: 0, label_smoothing: 0, reduction: "sum" };

/** Probabilities are clamped here before the logarithm: beyond logits of about ±13.8 the gradient of a wrong score is 0. */
const EPSILON = 1e-6;

/**
 * Cross-entropy of every (span, type), masked to the spans within their text and the types of the prompt.
 *
 *     l = -y log max(p, ε) - (1 - y) log max(1 - max(p - margin, 0), ε)
 *     l = l (1 - p_t)^γ [γ > 0]      l = (α y + (1 - α)(1 - y)) l [α >= 0]
 *
 * @param scores [B, W, K, C]
 * @param labels [B, W, K, C] of 0 and 1
 * @param spanMask [B, W, K] of 0 and 1
 * @param typeMask [B, C] of 0 and 1
 */
export function spanLoss(
  scores: tf.Tensor4D,
  labels: tf.Tensor4D,
  spanMask: tf.Tensor3D,
  typeMask: tf.Tensor2D,
  options: LossOptions = DEFAULT_LOSS,
): tf.Scalar {
  const [B, , , C] = scores.shape;
  const { alpha, gamma, prob_margin: margin, label_smoothing: smoothing } = options;
  const y = smoothing ? tf.add(tf.mul(labels, 1 - smoothing), 0.5 * smoothing) : labels; // [B, W, K, C]
  const p = tf.sigmoid(scores); // [B, W, K, C]
  const pm = margin ? tf.clipByValue(tf.sub(p, margin), 0, 1) : p;
  const positive = tf.mul(y, tf.log(tf.maximum(p, EPSILON)));
  const negative = tf.mul(tf.sub(1, y), tf.log(tf.maximum(tf.sub(1, pm), EPSILON)));
  let loss: tf.Tensor = tf.neg(tf.add(positive, negative)); // [B, W, K, C]
  if (gamma > 0) {
    const pt = tf.add(tf.mul(p, y), tf.mul(tf.sub(1, pm), tf.sub(1, y)));
    loss = tf.mul(loss, tf.pow(tf.sub(1, pt), gamma));
  }
  if (alpha >= 0) loss = tf.mul(loss, tf.add(tf.mul(y, alpha), tf.mul(tf.sub(1, y), 1 - alpha)));
  const masked = tf.mul(tf.mul(loss, tf.reshape(typeMask, [B, 1, 1, C])), tf.expandDims(spanMask, 3)); // [B, W, K, C]
  const total = tf.sum(masked) as tf.Scalar;
  return options.reduction === "mean" ? (tf.div(total, tf.maximum(tf.sum(spanMask), 1)) as tf.Scalar) : total;
}
