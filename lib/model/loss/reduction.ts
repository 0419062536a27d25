/** The last step of the loss: from one value per (span, type) to one per batch, by sum or either mean. */
import * as tf from "@tensorflow/tfjs";
import type { LossOptions } from "./options";

/**
 * The loss of a batch from the losses of its elements.
 *
 * "mean" has meant two things. Until 0.2.25 Python took the mean of the tensor, so that padding, invalid spans and types of
 * other examples thinned the loss out; since 0.2.26 (a1faa50) it divides by the number of valid spans, not by spans times
 * types.
 * @param masked [B, W, K, C], 0 where a mask covers the element
 * @param spanMask [B, W, K]
 */
export function reduceLoss(
  masked: tf.Tensor,
  spanMask: tf.Tensor,
  options: Pick<LossOptions, "reduction" | "mean_over">,
): tf.Scalar {
  const total = tf.sum(masked) as tf.Scalar;
  if (options.reduction === "sum") return total;
  // Without any valid span the sum is 0, and so is the mean.
  const count = options.mean_over === "spans" ? tf.maximum(tf.sum(spanMask), 1) : Math.max(masked.size, 1);
  return tf.div(total, count) as tf.Scalar;
}
