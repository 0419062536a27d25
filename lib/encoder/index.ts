import * as tf from "@tensorflow/tfjs";
import { UserError } from "../errors";
import type { Dropout } from "../fused/dropout";
import type { Parameters, Shapes } from "../weights/parameters";
import { bert, bertShapes } from "./bert";
import type { EncoderConfig } from "./config";
import { deberta, debertaShapes } from "./deberta";
import { packedBert } from "./packed-bert";
import type { Subwords } from "./subwords";
import type { EncoderTrace } from "./trace";

/** One interface for every encoder: subwords -> vectors. */

/** Declares every tensor of the encoder under `prefix`. */
export function encoderShapes(shapes: Shapes, prefix: string, config: EncoderConfig): void {
  if (config.model_type === "bert") bertShapes(shapes, prefix, config);
  else debertaShapes(shapes, prefix, config);
}

/** The longest sequence the encoder has absolute positions for, in subwords; Infinity where they are relative only. */
export function longestSequence(config: EncoderConfig): number {
  const absolute = config.model_type === "bert" || config.position_biased_input;
  return absolute ? config.max_position_embeddings : Number.POSITIVE_INFINITY;
}

/**
 * BERT runs without padding; where every stage is to be shown, as transformers writes it.
 * @returns [B, T, H]
 * @throws UserError where a text is longer than the encoder's absolute positions
 */
export function encode(
  subwords: Subwords,
  parameters: Parameters,
  prefix: string,
  config: EncoderConfig,
  dropout: Dropout,
  trace?: EncoderTrace,
): tf.Tensor3D {
  const { ids, mask, B, T } = subwords;
  const limit = longestSequence(config);
  if (T > limit)
    throw new UserError(
      `a text with its prompt has ${T} subwords, the encoder has ${limit} positions; wanted fewer types or words (max_len), or a model_max_length of at most ${limit} in tokenizer_config.json.`,
    );
  if (config.model_type === "bert" && !trace) return packedBert(subwords, parameters, prefix, config, dropout);
  const inputIds = tf.tensor2d(ids, [B, T], "int32"); // [B, T]
  const attentionMask = tf.tensor2d(mask, [B, T], "int32"); // [B, T]
  return config.model_type === "bert"
    ? bert(inputIds, attentionMask, parameters, prefix, config, dropout, trace)
    : deberta(inputIds, attentionMask, parameters, prefix, config, dropout, trace);
}
