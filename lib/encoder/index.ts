/** One interface for every encoder: subwords -> vectors. */
import type * as tf from "@tensorflow/tfjs";
import { UserError } from "../errors";
import type { Shapes } from "../weights/shapes";
import { bert, bertShapes } from "./bert";
import type { BertConfig, DebertaConfig, EncoderConfig, MpnetConfig } from "./config";
import { deberta, debertaShapes } from "./deberta";
import type { EncoderInput } from "./input";
import { FIRST_POSITION, mpnet, mpnetShapes } from "./mpnet";
import { packedBert } from "./packed-bert";
import { packedDeberta } from "./packed-deberta";

/** One architecture. */
interface Encoder<Config extends EncoderConfig> {
  /** Declares every tensor under `prefix`. */
  shapes(shapes: Shapes, prefix: string, config: Config): void;
  /** The longest sequence there are absolute positions for, in subwords; Infinity where they are relative only. */
  longest(config: Config): number;
  /** [B, T] subwords -> [B, T, H]; those that nobody reads may be zero. */
  encode(input: EncoderInput<Config>): tf.Tensor3D;
}

// BERT and DeBERTa run without padding; where every stage is to be shown, as transformers writes them.
const bertEncoder: Encoder<BertConfig> = {
  shapes: bertShapes,
  longest: (config) => config.max_position_embeddings,
  encode: (input) => (input.trace ? bert(input) : packedBert(input)), // [B, T, H]
};

const debertaEncoder: Encoder<DebertaConfig> = {
  shapes: debertaShapes,
  longest: (config) => (config.position_biased_input ? config.max_position_embeddings : Number.POSITIVE_INFINITY),
  encode: (input) => (input.trace ? deberta(input) : packedDeberta(input)), // [B, T, H]
};

const mpnetEncoder: Encoder<MpnetConfig> = {
  shapes: mpnetShapes,
  longest: (config) => config.max_position_embeddings - FIRST_POSITION,
  encode: mpnet, // [B, T, H]
};

/** Every encoder by its `model_type`. */
const ENCODERS: { [Type in EncoderConfig["model_type"]]: Encoder<Extract<EncoderConfig, { model_type: Type }>> } = {
  bert: bertEncoder,
  "deberta-v2": debertaEncoder,
  mpnet: mpnetEncoder,
};

/** The table keeps each configuration with its encoder, which TypeScript cannot follow through a key of either type. */
const encoderOf = (config: EncoderConfig) => ENCODERS[config.model_type] as Encoder<EncoderConfig>;

/** Declares every tensor of the encoder under `prefix`. */
export function encoderShapes(shapes: Shapes, prefix: string, config: EncoderConfig): void {
  encoderOf(config).shapes(shapes, prefix, config);
}

/** The longest sequence the encoder has absolute positions for, in subwords; Infinity where they are relative only. */
export function longestSequence(config: EncoderConfig): number {
  return encoderOf(config).longest(config);
}

/**
 * @returns [B, T, H]
 * @throws UserError where a text is longer than the encoder's absolute positions
 */
export function encode(input: EncoderInput): tf.Tensor3D {
  const { T } = input.subwords;
  const limit = longestSequence(input.config);
  if (T > limit)
    throw new UserError(
      `a text with its prompt has ${T} subwords, the encoder has ${limit} positions; wanted fewer types or words (max_len), or a model_max_length of at most ${limit} in tokenizer_config.json.`,
    );
  return encoderOf(input.config).encode(input); // [B, T, H]
}
