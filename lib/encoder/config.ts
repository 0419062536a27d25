/** Reads and checks an encoder's config.json, of BERT, DeBERTa or MPNet, before any weight is looked at. */
import { UserError } from "../errors";
import { ACTIVATIONS, type ActivationName } from "./layers";

/** What every encoder's configuration has: Hugging Face's config.json. */
interface TransformerConfig {
  vocab_size: number;
  hidden_size: number;
  num_hidden_layers: number;
  num_attention_heads: number;
  intermediate_size: number;
  hidden_act: ActivationName;
  hidden_dropout_prob: number;
  attention_probs_dropout_prob: number;
  max_position_embeddings: number;
  type_vocab_size: number;
  layer_norm_eps: number;
}

export interface BertConfig extends TransformerConfig {
  model_type: "bert";
}

/** DeBERTa-v2's architecture, which v3 has too. */
export interface DebertaConfig extends TransformerConfig {
  model_type: "deberta-v2";
  relative_attention: boolean;
  /** Logarithmic buckets in each direction; -1: none. */
  position_buckets: number;
  /** Resolved: where the file says -1, `max_position_embeddings`. */
  max_relative_positions: number;
  /** "c2p", "p2c": which of the position's parts the attention has. */
  pos_att_type: readonly string[];
  /** The position's parts are projected by the content's matrices. */
  share_att_key: boolean;
  norm_rel_ebd: readonly string[];
  /** Absolute positions are added to the embeddings. */
  position_biased_input: boolean;
  /** Width of the word embeddings. */
  embedding_size: number;
  /** 0: no convolution. */
  conv_kernel_size: number;
  conv_groups: number;
  conv_act: ActivationName;
}

export interface MpnetConfig extends TransformerConfig {
  model_type: "mpnet";
  /** Rows of the table of relative biases, half of them for each direction. */
  relative_attention_num_buckets: number;
}

/** An encoder's architecture. */
export type EncoderConfig = BertConfig | DebertaConfig | MpnetConfig;

/** Reads an encoder's config.json. @throws UserError where it is of another architecture, or lacks a value */
export function parseEncoderConfig(value: unknown, origin: string): EncoderConfig {
  if (typeof value !== "object" || value === null)
    throw new UserError(`${origin}: the encoder's configuration is not an object.`);
  const raw = new RawConfig(value as Record<string, unknown>, origin);
  if (raw.get("model_type") === "bert") return bertConfig(raw);
  if (raw.get("model_type") === "deberta-v2") return debertaConfig(raw);
  if (raw.get("model_type") === "mpnet") return mpnetConfig(raw);
  throw new UserError(
    `${origin}: the encoder is of type ${JSON.stringify(raw.get("model_type"))}, wanted "bert", "deberta-v2" (which DeBERTa-v3 is, too) or "mpnet".`,
  );
}

function bertConfig(raw: RawConfig): BertConfig {
  const type = raw.get("position_embedding_type") ?? "absolute";
  if (type !== "absolute") throw raw.wrong("position_embedding_type", '"absolute"');
  return { model_type: "bert", ...transformerConfig(raw, 2, 1e-12) };
}

/** The defaults are MPNetConfig's of transformers 4.57. */
function mpnetConfig(raw: RawConfig): MpnetConfig {
  const config: MpnetConfig = {
    model_type: "mpnet",
    ...transformerConfig(raw, 0, 1e-12),
    relative_attention_num_buckets: raw.number("relative_attention_num_buckets", 32),
  };
  // Python numbers distances up to 32 whatever the configuration says: a table of fewer rows fails there, one of more has idle rows.
  if (config.relative_attention_num_buckets !== 32) throw raw.wrong("relative_attention_num_buckets", "32");
  return config;
}

/** The defaults are DebertaV2Config's of transformers 4.57. */
function debertaConfig(raw: RawConfig): DebertaConfig {
  const common = transformerConfig(raw, 0, 1e-7);
  const longest = raw.number("max_relative_positions", -1);
  const kernel = raw.number("conv_kernel_size", 0);
  const config: DebertaConfig = {
    model_type: "deberta-v2",
    ...common,
    relative_attention: raw.flag("relative_attention", false),
    position_buckets: raw.number("position_buckets", -1),
    max_relative_positions: longest < 1 ? common.max_position_embeddings : longest,
    pos_att_type: raw.words("pos_att_type"),
    share_att_key: raw.flag("share_att_key", false),
    norm_rel_ebd: raw.words("norm_rel_ebd"),
    position_biased_input: raw.flag("position_biased_input", true),
    embedding_size: raw.number("embedding_size", common.hidden_size),
    conv_kernel_size: kernel,
    conv_groups: raw.number("conv_groups", 1),
    conv_act: raw.activation("conv_act", "tanh"),
  };
  const odd = config.pos_att_type.find((type) => type !== "c2p" && type !== "p2c");
  if (odd !== undefined) throw raw.wrong("pos_att_type", 'parts out of "c2p" and "p2c"');
  if (
    raw.number("attention_head_size", common.hidden_size / common.num_attention_heads) * common.num_attention_heads !==
    common.hidden_size
  )
    throw raw.wrong("attention_head_size", "hidden_size / num_attention_heads");
  // Python's padding of (k - 1) / 2 keeps the length for odd kernels only; with an even one its own sum fails.
  if (kernel > 0 && kernel % 2 === 0) throw raw.wrong("conv_kernel_size", "an odd number");
  if (common.hidden_size % config.conv_groups) throw raw.wrong("conv_groups", `a divisor of ${common.hidden_size}`);
  return config;
}

/** Far beyond every encoder: a file that claims more would keep this machine busy before a tensor contradicts it. */
const LIMITS = {
  vocab_size: 100_000_000,
  hidden_size: 1_000_000,
  num_hidden_layers: 1000,
  num_attention_heads: 1_000_000,
  intermediate_size: 10_000_000,
  max_position_embeddings: 100_000_000,
} as const;

function transformerConfig(raw: RawConfig, types: number, epsilon: number): TransformerConfig {
  const config = {
    vocab_size: raw.number("vocab_size"),
    hidden_size: raw.number("hidden_size"),
    num_hidden_layers: raw.number("num_hidden_layers"),
    num_attention_heads: raw.number("num_attention_heads"),
    intermediate_size: raw.number("intermediate_size"),
    hidden_act: raw.activation("hidden_act", "gelu"),
    hidden_dropout_prob: raw.number("hidden_dropout_prob", 0.1),
    attention_probs_dropout_prob: raw.number("attention_probs_dropout_prob", 0.1),
    max_position_embeddings: raw.number("max_position_embeddings"),
    type_vocab_size: raw.number("type_vocab_size", types),
    layer_norm_eps: raw.number("layer_norm_eps", epsilon),
  };
  for (const [key, most] of Object.entries(LIMITS) as [keyof typeof LIMITS, number][])
    if (!Number.isInteger(config[key]) || config[key] < 1 || config[key] > most)
      throw raw.wrong(key, `a whole number from 1 to ${most}`);
  if (config.hidden_size % config.num_attention_heads)
    throw new UserError(
      `${raw.origin}: hidden_size ${config.hidden_size} does not divide by ${config.num_attention_heads} heads.`,
    );
  return config;
}

/** config.json's values, each checked as it is read. */
class RawConfig {
  constructor(
    private readonly values: Readonly<Record<string, unknown>>,
    readonly origin: string,
  ) {}

  get(key: string): unknown {
    return this.values[key];
  }

  number(key: string, fallback?: number): number {
    const got = this.values[key] ?? fallback;
    if (typeof got !== "number" || !Number.isFinite(got)) throw this.wrong(key, "a number");
    return got;
  }

  flag(key: string, fallback: boolean): boolean {
    const got = this.values[key] ?? fallback;
    if (typeof got !== "boolean") throw this.wrong(key, "true or false");
    return got;
  }

  /** A list, or one text with bars: "p2c|c2p". */
  words(key: string): string[] {
    const got = this.values[key] ?? [];
    const list = typeof got === "string" ? got.split("|") : got;
    if (!Array.isArray(list)) throw this.wrong(key, 'a list, or a text such as "a|b"');
    return list.map((word) => String(word).trim().toLowerCase()).filter((word) => word !== "" && word !== "none");
  }

  activation(key: string, fallback: ActivationName): ActivationName {
    const got = this.values[key] ?? fallback;
    if (typeof got !== "string" || !ACTIVATIONS.includes(got)) throw this.wrong(key, ACTIVATIONS.join(", "));
    return got as ActivationName;
  }

  wrong(key: string, wanted: string): UserError {
    return new UserError(
      `${this.origin}: the encoder's "${key}" is ${JSON.stringify(this.values[key])}, wanted ${wanted}.`,
    );
  }
}
