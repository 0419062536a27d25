import type { EncoderConfig } from "../encoder/config";
import type { GLiNERConfig } from "./config";
import { ENCODER_PREFIX, modelShapes } from "./uni-encoder-span";

/** The parts of a model, by the beginning of their tensors' names: the first that fits counts. */
const BLOCKS: readonly (readonly [prefix: string, block: string])[] = [
  [`${ENCODER_PREFIX}embeddings.`, "embeddings"],
  [`${ENCODER_PREFIX}encoder.layer.`, "encoder layers"],
  [ENCODER_PREFIX, "rest of the encoder"],
  ["token_rep_layer.projection", "projection"],
  ["rnn.", "BiLSTM"],
  ["span_rep_layer.", "span layer"],
  ["prompt_rep_layer.", "prompt projection"],
  ["", "token head"],
];

/** The part of a model that a parameter belongs to, by its Python name. */
export function blockOf(name: string): string {
  return BLOCKS.find(([prefix]) => name.startsWith(prefix))?.[1] ?? "";
}

/** The number of parameters of each part of a model, from names and shapes alone: nothing is allocated. */
export function countParameters(config: GLiNERConfig, encoder: EncoderConfig): { block: string; parameters: number }[] {
  const counts = new Map<string, number>();
  for (const [name, shape] of modelShapes(config, encoder)) {
    const block = blockOf(name);
    counts.set(block, (counts.get(block) ?? 0) + shape.reduce((a, b) => a * b, 1));
  }
  return [...counts].map(([block, parameters]) => ({ block, parameters }));
}
