/** From scores and labels of spans to one number: element loss by type, then masks, weights and reduction. */
import * as tf from "@tensorflow/tfjs";
import { dice } from "./dice";
import { clampedFocal } from "./focal-clamped";
import { focalOnLogits } from "./focal-logits";
import type { Draw } from "./masking";
import { negativeMask } from "./masking";
import { DEFAULT_LOSS, type LossOptions, type LossType } from "./options";
import { reduceLoss } from "./reduction";
import { positiveWeights } from "./weights";

export { LOSS_ERAS, type LossEra, lossEra, lossOf } from "./eras";
export type { Draw } from "./masking";
export { DEFAULT_LOSS, type LossOptions, type LossType, type Masking } from "./options";

/** The loss of every element, by `loss_type`. "bce" is Python's other name of "focal": alpha and gamma act on it too. */
export const LOSS_TYPES: Record<LossType, (logits: tf.Tensor, labels: tf.Tensor, options: LossOptions) => tf.Tensor> = {
  focal: (logits, labels, options) => clampedFocal(tf.sigmoid(logits), labels, options),
  bce: (logits, labels, options) => clampedFocal(tf.sigmoid(logits), labels, options),
  dice,
  focal_logits: focalOnLogits,
};

/** What counts, of 0 and 1. */
export interface SpanMasks {
  /** [B, W, K], spans within their text */
  spanMask: tf.Tensor3D;
  /** [B, C], types of the prompt */
  typeMask: tf.Tensor2D;
}

/** What else a loss may be given. */
export interface LossHooks {
  /** Chooses the negatives that stay where `masking` thins them out; the same at every call for the same gradient. */
  draw?: Draw;
  /** Is shown the loss of every element before it is reduced, [B, W, K, C]. */
  watch?(elements: tf.Tensor): void;
}

/**
 * The loss of a batch of spans (`UniEncoderSpanModel.loss` and its predecessors): of every (span, type), weighted, masked
 * to the spans within their text and the types of the prompt, and reduced.
 *
 * @param scores [B, W, K, C]
 * @param labels [B, W, K, C] of 0 and 1
 * @throws Error where `masking` needs draws and there are none
 */
export function spanLoss(
  scores: tf.Tensor4D,
  labels: tf.Tensor4D,
  { spanMask, typeMask }: SpanMasks,
  options: LossOptions = DEFAULT_LOSS,
  { draw = noDraw, watch }: LossHooks = {},
): tf.Scalar {
  const [B, W, K, C] = scores.shape;
  let loss = LOSS_TYPES[options.loss_type](scores, labels, options); // [B, W, K, C]
  const kept = keptElements(labels, options, draw); // [B, W, K, C]
  if (kept) loss = tf.mul(loss, kept); // [B, W, K, C]
  const weights = positiveWeights(labels, options); // [B, W, K, C]
  if (weights) loss = tf.mul(loss, weights); // [B, W, K, C]
  const asked = tf.mul(loss, tf.reshape(typeMask, [B, 1, 1, C])); // [B, W, K, C]
  const elements = tf.mul(asked, tf.reshape(spanMask, [B, W, K, 1])); // [B, W, K, C]
  watch?.(elements);
  return reduceLoss(elements, spanMask, options);
}

function keptElements(labels: tf.Tensor4D, options: LossOptions, draw: Draw): tf.Tensor | undefined {
  const { masking, negatives } = options;
  if (masking === "none" || negatives >= 1) return undefined;
  const [B, W, K, C] = labels.shape;
  const mask = negativeMask({ labels: labels.dataSync(), shape: [B, W * K, C] }, masking, negatives, draw);
  return mask && tf.tensor4d(mask, [B, W, K, C]);
}

function noDraw(): number {
  throw new Error("masking leaves negatives out by chance, but nothing was given to draw from");
}
