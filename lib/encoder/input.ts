/** What every encoder is run with. */
import * as tf from "@tensorflow/tfjs";
import { takesGradient } from "../fused/differentiable";
import { type Dropout, noDropout } from "../fused/dropout";
import type { Parameters } from "../weights/parameters";
import type { EncoderConfig } from "./config";

/** A batch of texts in subwords, row-major. */
export interface Subwords {
  /** [B, T] */
  ids: Int32Array;
  /** [B, T], 1 = a subword, 0 = padding */
  mask: Int32Array;
  /** [B, T], 1 = its vector is read: of others the last layer may leave zeros. Absent: all are read. */
  read?: Uint8Array;
  B: number;
  T: number;
}

/** The same as tensors: int32 [B, T], and the mask as floats [B, T]. */
export function subwordTensors({ ids, mask, B, T }: Subwords): { ids: tf.Tensor2D; mask: tf.Tensor2D } {
  return {
    ids: tf.tensor2d(ids, [B, T], "int32"), // [B, T]
    mask: tf.tensor2d(Float32Array.from(mask), [B, T]), // [B, T]
  };
}

/** The parts that a stage of an encoder computes with. */
export interface EncoderParts<Config extends EncoderConfig = EncoderConfig> {
  parameters: Parameters;
  /** How the names of the stage's parameters begin. */
  prefix: string;
  config: Config;
  dropout: Dropout;
  /** Where every stage is to be shown. */
  trace?: EncoderTrace;
}

export interface EncoderInput<Config extends EncoderConfig = EncoderConfig> extends EncoderParts<Config> {
  subwords: Subwords;
}

/** The parts of layer n. */
export function layerOf<Config extends EncoderConfig>(parts: EncoderParts<Config>, n: number): EncoderParts<Config> {
  const { parameters, config, dropout, trace } = parts;
  return { parameters, prefix: `${parts.prefix}encoder.layer.${n}.`, config, dropout, trace };
}

/**
 * The subwords that a last layer is computed for; undefined = all. Where gradients are asked for or dropout draws, all of them are, so
 * that a training step draws the same numbers whatever is read.
 */
export function readSubwords({ subwords, dropout }: EncoderInput): Uint8Array | undefined {
  return takesGradient() || dropout !== noDropout ? undefined : subwords.read;
}

/** What an encoder shows besides its result, for the notebooks and the golden tests. */
export interface EncoderTrace {
  /** After the embeddings and after each layer: [B, T, H]. */
  hidden: tf.Tensor[];
  /** What each layer's heads attend to, before dropout: [B, h, T, T], rows sum to 1. Kept only where the list is given. */
  attention?: tf.Tensor[];
}
