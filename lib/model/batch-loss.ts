import * as tf from "@tensorflow/tfjs";
import type { Batch } from "../batch/collate";
import { isTokenLevel } from "./config";
import { type Draw, type LossOptions, spanLoss } from "./loss";
import { tokenLoss } from "./loss/token-loss";
import { type ForwardOptions, type SpanModel, spanScores } from "./uni-encoder-span";
import { tokenScores } from "./uni-encoder-token";

/**
 * The training loss of a batch that carries labels, of whichever head the model has.
 * @param options `draw` chooses the negatives that stay where the loss masks some of them
 */
export function batchLoss(
  model: SpanModel,
  batch: Batch,
  loss: LossOptions,
  options: ForwardOptions & { draw?: Draw } = {},
): tf.Scalar {
  const { size: B, W, K, C, labels } = batch;
  if (!labels) throw new Error("the batch has no labels");
  const typeMask = tf.tensor2d(
    Float32Array.from(batch.typePositions, (at) => (at >= 0 ? 1 : 0)),
    [B, C],
  );
  if (isTokenLevel(model.config)) {
    const scores = tokenScores(model, batch, options); // [B, W, C, 3]
    const wordMask = tf.tensor2d(batch.textLengths.map((length) => Array.from({ length: W }, (_, w) => +(w < length)))); // [B, W]
    return tokenLoss(scores, tf.tensor4d(labels, [B, W, C, 3]), wordMask, typeMask, loss);
  }
  const scores = spanScores(model, batch, options); // [B, W, K, C]
  const spanMask = tf.tensor3d(Float32Array.from(batch.spanMask), [B, W, K]);
  return spanLoss(scores, tf.tensor4d(labels, [B, W, K, C]), spanMask, typeMask, loss, options.draw);
}
