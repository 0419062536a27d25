import { type EncoderConfig, parseEncoderConfig } from "../encoder/config";
import { UserError } from "../errors";
import { SPAN_LAYERS } from "./span";

/** gliner_config.json, in Python's spelling, with the values that GLiNER 0.2.29 falls back to. */
export interface GLiNERConfig {
  model_name: string;
  name: string;
  /** K: spans have 1..max_width words. */
  max_width: number;
  /** D: width of words, spans and types in the head. */
  hidden_size: number;
  dropout: number;
  fine_tune: boolean;
  subtoken_pooling: string;
  span_mode: string;
  num_rnn_layers: number;
  embed_ent_token: boolean;
  /** Id of `<<ENT>>`. */
  class_token_index: number;
  vocab_size: number;
  ent_token: string;
  sep_token: string;
  max_types: number;
  max_neg_type_ratio: number;
  /** Longest text in words; the prompt is not counted. */
  max_len: number;
  words_splitter_type: string;
  encoder_config: EncoderConfig | null;
}

const DEFAULTS: GLiNERConfig = {
  model_name: "microsoft/deberta-v3-small",
  name: "gliner",
  max_width: 12,
  hidden_size: 512,
  dropout: 0.4,
  fine_tune: true,
  subtoken_pooling: "first",
  span_mode: "markerV0",
  num_rnn_layers: 1,
  embed_ent_token: true,
  class_token_index: -1,
  vocab_size: -1,
  ent_token: "<<ENT>>",
  sep_token: "<<SEP>>",
  max_types: 25,
  max_neg_type_ratio: 1,
  max_len: 384,
  words_splitter_type: "whitespace",
  encoder_config: null,
};

/** Keys that Python writes and that decide nothing in a uni-encoder span model. */
const INERT = new Set(
  `model_type transformers_version id_to_classes fuse_layers post_fusion_schema num_post_fusion_layers neg_spans_ratio
  precomputed_prompts_mode represent_spans span_encoder_config span_loss_coef token_loss_coef _attn_implementation
  labels_encoder labels_decoder relations_layer has_rnn dtype architectures`.split(/\s+/),
);

/** Keys that choose another architecture when they are set: reading such a model as a plain one would be wrong. */
const FOREIGN = [
  "labels_encoder",
  "labels_decoder",
  "relations_layer",
  "span_encoder_config",
  "precomputed_prompts_mode",
];

/**
 * Reads the values of a gliner_config.json.
 *
 * Legacy files carry training keys (lr_encoder, num_steps, ...): they decide nothing here and are returned in `ignored`
 * for the caller to report. `has_rnn: false` means no LSTM; Python 0.2.29 overlooks it and leaves a random one.
 * @throws UserError on a value of the wrong type, an architecture or a mode that is not built
 */
export function parseConfig(raw: Record<string, unknown>, origin: string): { config: GLiNERConfig; ignored: string[] } {
  const config: GLiNERConfig = { ...DEFAULTS };
  const ignored: string[] = [];
  for (const [key, value] of Object.entries(raw)) {
    if (key === "encoder_config") config.encoder_config = value ? parseEncoderConfig(value, origin) : null;
    else if (Object.hasOwn(DEFAULTS, key)) assign(config, key as keyof GLiNERConfig, value, origin);
    else if (!INERT.has(key)) ignored.push(key);
  }
  if (raw.has_rnn === false) config.num_rnn_layers = 0;
  for (const key of FOREIGN)
    if (raw[key])
      throw new UserError(`${origin}: "${key}" asks for another architecture than the uni-encoder span model.`);
  if (raw.fuse_layers) throw new UserError(`${origin}: "fuse_layers": true is not supported; wanted false.`);
  check(config, origin);
  return { config, ignored };
}

function assign(config: GLiNERConfig, key: keyof GLiNERConfig, value: unknown, origin: string): void {
  const wanted = typeof DEFAULTS[key];
  if (typeof value !== wanted || (wanted === "number" && !Number.isFinite(value)))
    throw new UserError(`${origin}: "${key}" is ${JSON.stringify(value)}, wanted a ${wanted}.`);
  Object.assign(config, { [key]: value });
}

function check(config: GLiNERConfig, origin: string): void {
  const wrong = (key: keyof GLiNERConfig, wanted: string) =>
    new UserError(`${origin}: "${key}" is ${JSON.stringify(config[key])}, wanted ${wanted}.`);
  for (const key of ["max_width", "hidden_size", "max_len", "max_types"] as const)
    if (!Number.isInteger(config[key]) || config[key] < 1) throw wrong(key, "a whole number from 1 on");
  if (!Number.isInteger(config.num_rnn_layers) || config.num_rnn_layers < 0)
    throw wrong("num_rnn_layers", "0, 1, 2, ...");
  if (config.num_rnn_layers > 0 && config.hidden_size % 2)
    throw wrong("hidden_size", "an even number (two directions)");
  if (!(config.dropout >= 0 && config.dropout < 1)) throw wrong("dropout", "a number in [0, 1)");
  if (!Object.hasOwn(SPAN_LAYERS, config.span_mode))
    throw wrong("span_mode", `one of ${Object.keys(SPAN_LAYERS).join(", ")}`);
  if (!["first", "last"].includes(config.subtoken_pooling)) throw wrong("subtoken_pooling", '"first" or "last"');
  if (config.words_splitter_type !== "whitespace") throw wrong("words_splitter_type", '"whitespace"');
}
