/** Reads and checks gliner_config.json, and refuses the architectures that are not built here. */
import { TOKEN_LEVEL } from "../batch/collate";
import { type EncoderConfig, parseEncoderConfig } from "../encoder/config";
import { UserError } from "../errors";
import { SPAN_LAYERS } from "./span";
import { SUBTOKEN_POOLINGS } from "./words";

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

/**
 * Keys that Python writes and that decide nothing here: what Python itself does not read in a uni-encoder
 * (`post_fusion_schema` builds a module that nothing calls), how it computes the same numbers, and those of FOREIGN.
 */
const INERT = new Set(
  `transformers_version id_to_classes post_fusion_schema num_post_fusion_layers neg_spans_ratio span_loss_coef
  token_loss_coef _attn_implementation has_rnn dtype torch_dtype architectures`.split(/\s+/),
);

/** Keys that choose another architecture when they are set: reading such a model as a plain one would be wrong. */
const FOREIGN: Readonly<Record<string, string>> = {
  labels_encoder: "a bi-encoder",
  labels_decoder: "a model that generates its labels",
  relations_layer: "a model of relations",
  span_encoder_config: "a second encoder over the words",
  precomputed_prompts_mode: "a model with baked-in prompts",
  represent_spans: "the token-level model that also scores spans",
  fuse_layers: "an encoder with fused layers",
};

/** The two architectures that are built. Like Python's loader, ours goes by `span_mode`; the type must not contradict it. */
const MODEL_TYPES = [
  "gliner",
  "gliner_base",
  "gliner_uni_encoder",
  "gliner_uni_encoder_span",
  "gliner_uni_encoder_token",
];

/** Whether the configuration asks for the token-level head instead of a span layer. */
export function isTokenLevel({ span_mode }: Pick<GLiNERConfig, "span_mode">): boolean {
  return span_mode === TOKEN_LEVEL;
}

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
    else if (key !== "model_type" && !Object.hasOwn(FOREIGN, key) && !INERT.has(key)) ignored.push(key);
  }
  if (raw.has_rnn === false) config.num_rnn_layers = 0;
  checkArchitecture(raw, config, origin);
  check(config, origin);
  return { config, ignored };
}

function assign(config: GLiNERConfig, key: keyof GLiNERConfig, value: unknown, origin: string): void {
  const wanted = typeof DEFAULTS[key];
  if (typeof value !== wanted || (wanted === "number" && !Number.isFinite(value)))
    throw new UserError(`${origin}: "${key}" is ${JSON.stringify(value)}, wanted a ${wanted}.`);
  Object.assign(config, { [key]: value });
}

function checkArchitecture(raw: Record<string, unknown>, config: GLiNERConfig, origin: string): void {
  for (const [key, what] of Object.entries(FOREIGN))
    if (raw[key])
      throw new UserError(
        `${origin}: "${key}" asks for ${what}; wanted a plain uni-encoder model, of spans or tokens.`,
      );
  const type = raw.model_type;
  if (type === undefined || type === null) return;
  if (typeof type !== "string" || !MODEL_TYPES.includes(type))
    throw new UserError(`${origin}: "model_type" is ${JSON.stringify(type)}, wanted one of ${MODEL_TYPES.join(", ")}.`);
  if (type.endsWith("_token") !== isTokenLevel(config) && /_(span|token)$/.test(type))
    throw new UserError(
      `${origin}: "model_type" is "${type}" but "span_mode" is "${config.span_mode}"; wanted an agreement.`,
    );
}

/** Far beyond every model: a file that claims more would keep this machine busy before a tensor contradicts it. */
const LIMITS = { max_width: 10_000, hidden_size: 1_000_000, max_len: 1e9, max_types: 1e9 } as const;

function check(config: GLiNERConfig, origin: string): void {
  const wrong = (key: keyof GLiNERConfig, wanted: string) =>
    new UserError(`${origin}: "${key}" is ${JSON.stringify(config[key])}, wanted ${wanted}.`);
  for (const [key, most] of Object.entries(LIMITS) as [keyof typeof LIMITS, number][])
    if (!Number.isInteger(config[key]) || config[key] < 1 || config[key] > most)
      throw wrong(key, `a whole number from 1 to ${most}`);
  if (!Number.isInteger(config.num_rnn_layers) || config.num_rnn_layers < 0 || config.num_rnn_layers > 100)
    throw wrong("num_rnn_layers", "0, 1, 2, ...");
  if (config.num_rnn_layers > 0 && config.hidden_size % 2)
    throw wrong("hidden_size", "an even number (two directions)");
  if (!(config.dropout >= 0 && config.dropout < 1)) throw wrong("dropout", "a number in [0, 1)");
  if (!isTokenLevel(config) && !Object.hasOwn(SPAN_LAYERS, config.span_mode))
    throw wrong("span_mode", `one of ${[...Object.keys(SPAN_LAYERS), TOKEN_LEVEL].join(", ")}`);
  if (!SUBTOKEN_POOLINGS.some((pooling) => pooling === config.subtoken_pooling))
    throw wrong("subtoken_pooling", `one of ${SUBTOKEN_POOLINGS.join(", ")}`);
  if (config.words_splitter_type !== "whitespace")
    throw wrong("words_splitter_type", '"whitespace" (the others are Python libraries)');
  for (const key of ["class_token_index", "vocab_size"] as const)
    if (!Number.isInteger(config[key]) || config[key] < -1) throw wrong(key, "a whole number, or -1 to be found");
  if (config.vocab_size > 0 && config.class_token_index >= config.vocab_size)
    throw wrong("class_token_index", `an id below "vocab_size", which is ${config.vocab_size}`);
  for (const key of ["ent_token", "sep_token"] as const) if (config[key] === "") throw wrong(key, "a token");
  if (config.ent_token === config.sep_token) throw wrong("sep_token", 'another token than "ent_token"');
  if (!(config.max_neg_type_ratio >= 0)) throw wrong("max_neg_type_ratio", "a number from 0 on");
}
