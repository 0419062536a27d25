/** The models that `bench --encoder` measures: a folder that every contender reads, of known shape and random weights. */

import { parseEncoderConfig } from "../encoder/config";
import { UserError } from "../errors";
import type { LoadedModel } from "../gliner/checkpoint/load";
import { newModel } from "../gliner/checkpoint/new-model";
import { saveModel } from "../gliner/checkpoint/save";
import { initialValues } from "../model/initialise";
import { modelShapes } from "../model/uni-encoder-span";
import { DEFAULT_ENCODER } from "../weights/encoders";
import { Parameters } from "../weights/parameters";
import type { BenchMode } from "./measure";

/** The shape of microsoft/deberta-v3-small: 6 layers of 768, 128,100 rows of word embeddings. */
const DEBERTA_V3_SMALL = {
  model_type: "deberta-v2",
  vocab_size: 128_100,
  hidden_size: 768,
  num_hidden_layers: 6,
  num_attention_heads: 12,
  intermediate_size: 3072,
  hidden_act: "gelu",
  hidden_dropout_prob: 0.1,
  attention_probs_dropout_prob: 0.1,
  max_position_embeddings: 512,
  type_vocab_size: 0,
  layer_norm_eps: 1e-7,
  initializer_range: 0.02,
  relative_attention: true,
  position_buckets: 256,
  max_relative_positions: -1,
  pos_att_type: ["p2c", "c2p"],
  share_att_key: true,
  norm_rel_ebd: "layer_norm",
  position_biased_input: false,
  pad_token_id: 0,
};

/** The shape of microsoft/deberta-v3-large, the encoder of GLiNER-large: 24 layers of 1,024. */
const DEBERTA_V3_LARGE = {
  ...DEBERTA_V3_SMALL,
  hidden_size: 1024,
  num_hidden_layers: 24,
  num_attention_heads: 16,
  intermediate_size: 4096,
};

/** An encoder that the benchmark knows, and what is measured of it unless something else is asked for. */
interface BenchEncoder {
  /** Width of the head. */
  hidden: number;
  batches: Readonly<Record<BenchMode, readonly number[]>>;
  /** The configuration whose shape gets random weights; null: the encoder that set-up fetches, with its own. */
  shape: Record<string, unknown> | null;
}

export const BENCH_ENCODERS: Readonly<Record<string, BenchEncoder>> = {
  minilm: { hidden: 384, batches: { train: [8, 16], infer: [8, 1], cold: [1] }, shape: null },
  "deberta-v3-small": {
    hidden: 512,
    batches: { train: [4], infer: [8, 1], cold: [1] },
    shape: DEBERTA_V3_SMALL,
  },
  "deberta-v3-large": {
    hidden: 768,
    batches: { train: [8], infer: [8, 1], cold: [1] },
    shape: DEBERTA_V3_LARGE,
  },
};

/**
 * Writes a model folder with a random markerV0 head, which Python reads too. The weights of a shape are random; its tokenizer is
 * MiniLM's, so that all encoders get the same subwords.
 * @param name one of BENCH_ENCODERS
 * @throws UserError for another name, or where the folder cannot be written
 */
export async function writeBenchModel(name: string, hidden: number, folder: string): Promise<void> {
  const encoder = Object.hasOwn(BENCH_ENCODERS, name) ? BENCH_ENCODERS[name] : undefined;
  if (!encoder)
    throw new UserError(`no encoder "${name}" to measure, wanted one of ${Object.keys(BENCH_ENCODERS).join(", ")}.`);
  const model = await newModel(
    { model_name: DEFAULT_ENCODER, hidden_size: hidden, span_mode: "markerV0", dropout: 0.4 },
    0,
  );
  const saved = encoder.shape ? withShape(model, encoder.shape) : model;
  try {
    saveModel(saved, folder);
  } finally {
    saved.parameters.dispose();
  }
}

/** The tokenizer and the head's configuration of a model, with an encoder of another shape. */
function withShape(model: LoadedModel, shape: Record<string, unknown>): LoadedModel {
  model.parameters.dispose();
  const encoder = parseEncoderConfig(shape, "the benchmark's encoder");
  const config = { ...model.config, vocab_size: encoder.vocab_size, encoder_config: encoder };
  const shapes = modelShapes(config, encoder);
  const parameters = new Parameters();
  for (const [name, size] of shapes) parameters.set(name, initialValues(name, shapes, 0), size);
  return { ...model, config, encoder, encoderJson: shape, parameters, random: [] };
}
