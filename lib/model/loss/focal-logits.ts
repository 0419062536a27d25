/** The element loss of GLiNER's older versions (`loss_type: focal_logits`), stable for any logit. */
import * as tf from "@tensorflow/tfjs";
import { focalWeights, smooth } from "./factors";
import type { LossOptions } from "./options";

/**
 * Focal loss on logits, as GLiNER computed it from 0.1.14 (6cb72ce) to 0.2.21; with the defaults, the binary
 * cross-entropy of every version before.
 *
 *     l = max(s, 0) - s y + log(1 + e^-|s|)      p_t = p y + (1 - p)(1 - y)
 *
 * No clamp: a wrong score of -20 is still pulled up with a gradient of 1.
 * @param logits s
 * @param labels of 0 and 1, of the shape of `logits`
 * @returns the shape of `logits`
 */
export function focalOnLogits(
  logits: tf.Tensor,
  labels: tf.Tensor,
  options: Pick<LossOptions, "alpha" | "gamma" | "label_smoothing">,
): tf.Tensor {
  const y = smooth(labels, options.label_smoothing);
  const softplus = tf.log1p(tf.exp(tf.neg(tf.abs(logits))));
  const loss = tf.add(tf.sub(tf.relu(logits), tf.mul(logits, y)), softplus);
  const pt = () => {
    const p = tf.sigmoid(logits);
    return tf.add(tf.mul(p, y), tf.mul(tf.sub(1, p), tf.sub(1, y)));
  };
  return focalWeights(loss, y, pt, options.alpha, options.gamma);
}
