/** The forward pass of the token-level model: the span model's words and types under another head. */
import type * as tf from "@tensorflow/tfjs";
import type { Batch } from "../batch/collate";
import { noDropout } from "../fused/dropout";
import { factoredTokenHeadScores, tokenHeadScores } from "./token-head";
import { type ForwardOptions, represent, type SpanModel } from "./uni-encoder-span";

/**
 * Logits of every word and type of a token-level model (`span_mode: token_level`).
 * @returns [B, W, C, 3]: start, end, inside
 * @see gliner/modeling/base.py, UniEncoderTokenModel (0.2.29)
 */
export function tokenScores(model: SpanModel, batch: Batch, options: ForwardOptions = {}): tf.Tensor4D {
  const { words, types } = represent(model, batch, options); // [B, W, D], [B, C, D]
  const input = {
    words,
    types,
    parameters: model.parameters,
    rate: model.config.dropout,
    dropout: options.dropout ?? noDropout,
  };
  return options.head === "plain" ? tokenHeadScores(input) : factoredTokenHeadScores(input);
}
