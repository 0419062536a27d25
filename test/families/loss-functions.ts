import * as tf from "@tensorflow/tfjs";

/** Targets of this value take no part (PyTorch's convention). */
export const IGNORED = -100;

/** How Python's free-standing loss functions reduce; "mean" divides by the number of targets that are not ignored. */
export type FunctionReduction = "none" | "sum" | "mean";

/**
 * Applies a loss of elements to targets some of which are ignored, as `focal_loss_with_logits` and `span_dice_loss` of
 * GLiNER 0.2.29 do.
 * @param targets of 0 and 1, or -100 = ignored
 * @param loss from labels of 0 and 1 to the loss of every element
 * @returns the shape of `targets` for "none", else a scalar
 */
export function elementLoss(
  targets: tf.Tensor,
  loss: (labels: tf.Tensor) => tf.Tensor,
  reduction: FunctionReduction,
): tf.Tensor {
  const valid = tf.cast(tf.notEqual(targets, IGNORED), "float32");
  return reduce(tf.mul(loss(tf.mul(targets, valid)), valid), valid, reduction);
}

/**
 * Cross-entropy of one class in many (`cross_entropy_loss`, 0.2.29).
 *
 *     l = -(1 - s) log q[target] - s mean_c log q[c]      q = softmax(logits)
 *
 * @param logits [N, C]
 * @param targets [N], class numbers, or -100 = ignored
 * @returns [N] for "none", else a scalar
 */
export function crossEntropyLoss(
  logits: tf.Tensor2D,
  targets: tf.Tensor1D,
  reduction: FunctionReduction,
  labelSmoothing = 0,
): tf.Tensor {
  const C = logits.shape[1];
  const valid = tf.cast(tf.notEqual(targets, IGNORED), "float32"); // [N]
  const chosen = tf.oneHot(tf.cast(tf.mul(targets, valid), "int32"), C); // [N, C]
  const expected = tf.add(tf.mul(tf.cast(chosen, "float32"), 1 - labelSmoothing), labelSmoothing / C); // [N, C]
  const loss = tf.neg(tf.sum(tf.mul(expected, tf.logSoftmax(logits)), 1)); // [N]
  return reduce(tf.mul(loss, valid), valid, reduction);
}

function reduce(loss: tf.Tensor, valid: tf.Tensor, reduction: FunctionReduction): tf.Tensor {
  if (reduction === "none") return loss;
  const total = tf.sum(loss);
  return reduction === "sum" ? total : tf.div(total, tf.sum(valid));
}
