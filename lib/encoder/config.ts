import { UserError } from "../errors";

/** The encoder's own architecture, Hugging Face's config.json (BERT family). */
export interface EncoderConfig {
  model_type: string;
  vocab_size: number;
  hidden_size: number;
  num_hidden_layers: number;
  num_attention_heads: number;
  intermediate_size: number;
  hidden_act: string;
  hidden_dropout_prob: number;
  attention_probs_dropout_prob: number;
  max_position_embeddings: number;
  type_vocab_size: number;
  layer_norm_eps: number;
}

/** Reads an encoder's config.json. @throws UserError where it is not of the BERT family or lacks a value */
export function parseEncoderConfig(value: unknown, origin: string): EncoderConfig {
  if (typeof value !== "object" || value === null)
    throw new UserError(`${origin}: the encoder's configuration is not an object.`);
  const raw = value as Record<string, unknown>;
  if (raw.model_type !== "bert")
    throw new UserError(
      `${origin}: the encoder is of type ${JSON.stringify(raw.model_type)}, wanted "bert", the one built so far.`,
    );
  if (raw.position_embedding_type !== undefined && raw.position_embedding_type !== "absolute")
    throw new UserError(
      `${origin}: position_embedding_type is ${JSON.stringify(raw.position_embedding_type)}, wanted "absolute".`,
    );
  const number = (key: keyof EncoderConfig, fallback?: number): number => {
    const got = raw[key] ?? fallback;
    if (typeof got !== "number" || !Number.isFinite(got))
      throw new UserError(`${origin}: the encoder's "${key}" is ${JSON.stringify(raw[key])}, wanted a number.`);
    return got;
  };
  const config: EncoderConfig = {
    model_type: "bert",
    vocab_size: number("vocab_size"),
    hidden_size: number("hidden_size"),
    num_hidden_layers: number("num_hidden_layers"),
    num_attention_heads: number("num_attention_heads"),
    intermediate_size: number("intermediate_size"),
    hidden_act: typeof raw.hidden_act === "string" ? raw.hidden_act : "gelu",
    hidden_dropout_prob: number("hidden_dropout_prob", 0.1),
    attention_probs_dropout_prob: number("attention_probs_dropout_prob", 0.1),
    max_position_embeddings: number("max_position_embeddings"),
    type_vocab_size: number("type_vocab_size", 2),
    layer_norm_eps: number("layer_norm_eps", 1e-12),
  };
  if (!["gelu", "relu"].includes(config.hidden_act))
    throw new UserError(`${origin}: the encoder's "hidden_act" is "${config.hidden_act}", wanted "gelu" or "relu".`);
  if (config.hidden_size % config.num_attention_heads)
    throw new UserError(
      `${origin}: hidden_size ${config.hidden_size} does not divide by ${config.num_attention_heads} heads.`,
    );
  return config;
}
