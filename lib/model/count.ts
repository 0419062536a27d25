import type { EncoderConfig } from "../encoder/config";
import type { GLiNERConfig } from "./config";
import { partOf } from "./parameter-names";
import { modelShapes } from "./uni-encoder-span";

/** The number of parameters of each part of a model, from names and shapes alone: nothing is allocated. */
export function countParameters(config: GLiNERConfig, encoder: EncoderConfig): { block: string; parameters: number }[] {
  const counts = new Map<string, number>();
  for (const [name, shape] of modelShapes(config, encoder)) {
    const block = partOf(name).words;
    counts.set(block, (counts.get(block) ?? 0) + shape.reduce((a, b) => a * b, 1));
  }
  return [...counts].map(([block, parameters]) => ({ block, parameters }));
}
