/** The loss of the token-level model, and the check for options that only span models know. */
import * as tf from "@tensorflow/tfjs";
import { UserError } from "../../errors";
import { clampedFocal } from "./focal-clamped";
import type { LossOptions } from "./options";

/**
 * The loss of a batch of words (`UniEncoderTokenModel.loss`, 0.2.29): clamped focal loss of every start, end and inside,
 * of the words of the text and the types of the prompt. Its "mean" divides by words times types, not by 3 times that.
 *
 * @param scores [B, W, C, 3]
 * @param labels [B, W, C, 3] of 0 and 1
 * @param wordMask [B, W] of 0 and 1
 * @param typeMask [B, C] of 0 and 1
 * @param watch is shown the loss of every element before it is reduced, [B, W, C, 3]
 * @throws UserError on options that the token-level model does not have
 */
export function tokenLoss(
  scores: tf.Tensor4D,
  labels: tf.Tensor4D,
  { wordMask, typeMask }: { wordMask: tf.Tensor2D; typeMask: tf.Tensor2D },
  options: LossOptions,
  watch?: (elements: tf.Tensor) => void,
): tf.Scalar {
  checkTokenOptions(options);
  const loss = clampedFocal(tf.sigmoid(scores), labels, options); // [B, W, C, 3]
  const mask = tf.mul(tf.expandDims(wordMask, 2), tf.expandDims(typeMask, 1)); // [B, W, C]
  const elements = tf.mul(loss, tf.expandDims(mask, 3)); // [B, W, C, 3]
  watch?.(elements);
  const total = tf.sum(elements) as tf.Scalar;
  return options.reduction === "sum" ? total : (tf.div(total, tf.maximum(tf.sum(mask), 1)) as tf.Scalar);
}

/** Python takes these and drops them without a word. */
export function checkTokenOptions(options: LossOptions): void {
  const { loss_type, masking, negatives, positive_weight, use_span_width_weight } = options;
  const unread = [
    loss_type !== "focal" && loss_type !== "bce" && `loss_type ${loss_type}`,
    masking !== "none" && negatives < 1 && `masking ${masking}`,
    positive_weight !== 1 && `positive_weight ${positive_weight}`,
    use_span_width_weight && "use_span_width_weight",
  ].filter((name) => name !== false);
  if (unread.length)
    throw new UserError(
      `a model with "span_mode": "token_level" has no ${unread.join(", ")}; wanted loss_type focal without them.`,
    );
}
