/** From an encoded batch to its loss: runs the span or token model, builds the masks, calls the matching loss. */
import * as tf from "@tensorflow/tfjs";
import type { Batch } from "../batch/collate";
import { isTokenLevel } from "./config";
import { type Draw, type LossOptions, spanLoss } from "./loss";
import { tokenLoss } from "./loss/token-loss";
import { type ForwardOptions, type SpanModel, spanScores } from "./uni-encoder-span";
import { tokenScores } from "./uni-encoder-token";

/** What the loss of a batch is made of: [B, W, K, C] each, of a token-level model [B, W, C, 3]. */
export interface LossInside {
  scores: tf.Tensor4D;
  labels: tf.Tensor4D;
  /** The loss of every element, 0 where a mask covers it. */
  elements: tf.Tensor;
}

export interface BatchLossOptions extends ForwardOptions {
  /** Chooses the negatives that stay where the loss masks some of them. */
  draw?: Draw;
  /** Is shown the inside; what it wants to keep it must `tf.keep`. */
  watch?(inside: LossInside): void;
}

/** The training loss of a batch that carries labels, of whichever head the model has. */
export function batchLoss(
  model: SpanModel,
  batch: Batch,
  loss: LossOptions,
  options: BatchLossOptions = {},
): tf.Scalar {
  const { size: B, W, K, C, labels } = batch;
  if (!labels) throw new Error("the batch has no labels");
  const show = (scores: tf.Tensor4D, gold: tf.Tensor4D) => (elements: tf.Tensor) =>
    options.watch?.({ scores, labels: gold, elements });
  const typeMask = tf.tensor2d(
    Float32Array.from(batch.typePositions, (at) => (at >= 0 ? 1 : 0)),
    [B, C],
  );
  if (isTokenLevel(model.config)) {
    const scores = tokenScores(model, batch, options); // [B, W, C, 3]
    const wordMask = tf.tensor2d(batch.textLengths.map((length) => Array.from({ length: W }, (_, w) => +(w < length)))); // [B, W]
    const gold = tf.tensor4d(labels, [B, W, C, 3]); // [B, W, C, 3]
    return tokenLoss(scores, gold, { wordMask, typeMask }, loss, show(scores, gold));
  }
  const scores = spanScores(model, batch, options); // [B, W, K, C]
  const spanMask = tf.tensor3d(Float32Array.from(batch.spanMask), [B, W, K]);
  const gold = tf.tensor4d(labels, [B, W, K, C]); // [B, W, K, C]
  return spanLoss(scores, gold, { spanMask, typeMask }, loss, { draw: options.draw, watch: show(scores, gold) });
}
