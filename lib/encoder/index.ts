import type * as tf from "@tensorflow/tfjs";
import type { Parameters, Shapes } from "../weights/parameters";
import { bert, bertShapes } from "./bert";
import type { EncoderConfig } from "./config";
import { deberta, debertaShapes } from "./deberta";
import type { Dropout } from "./dropout";
import type { EncoderTrace } from "./trace";

/** One interface for every encoder: subwords -> vectors. */

/** Declares every tensor of the encoder under `prefix`. */
export function encoderShapes(shapes: Shapes, prefix: string, config: EncoderConfig): void {
  if (config.model_type === "bert") bertShapes(shapes, prefix, config);
  else debertaShapes(shapes, prefix, config);
}

/**
 * @param inputIds int32 [B, T]
 * @param attentionMask [B, T], 1 = a subword, 0 = padding
 * @returns [B, T, H]
 */
export function encode(
  inputIds: tf.Tensor2D,
  attentionMask: tf.Tensor2D,
  parameters: Parameters,
  prefix: string,
  config: EncoderConfig,
  dropout: Dropout,
  trace?: EncoderTrace,
): tf.Tensor3D {
  return config.model_type === "bert"
    ? bert(inputIds, attentionMask, parameters, prefix, config, dropout, trace)
    : deberta(inputIds, attentionMask, parameters, prefix, config, dropout, trace);
}
