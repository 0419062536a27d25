/** Describes a model for people: one line about its head, and its parameters counted part by part. */
import type { EncoderConfig } from "../encoder/config";
import { type GLiNERConfig, isTokenLevel } from "./config";
import { defaultLstm } from "./lstm";
import { partOf } from "./parameter-names";
import { spanLayer } from "./span";
import { modelShapes } from "./uni-encoder-span";

/** What the head is and how it will be computed here, for a log's first line. A backend must have started. */
export function describeHead(config: GLiNERConfig): string {
  const { span_mode: mode, num_rnn_layers: layers } = config;
  const factored = isTokenLevel(config) || spanLayer(mode).factored !== undefined;
  const lstm = defaultLstm() === "fused" ? "in one native op" : "step by step";
  const words = layers === 0 ? "no LSTM" : `BiLSTM of ${layers} layer${layers > 1 ? "s" : ""} ${lstm}`;
  return `head ${mode}${factored ? ", factored" : ""}; ${words}`;
}

/** The number of parameters of each part of a model, from names and shapes alone: nothing is allocated. */
export function countParameters(config: GLiNERConfig, encoder: EncoderConfig): { block: string; parameters: number }[] {
  const counts = new Map<string, number>();
  for (const [name, shape] of modelShapes(config, encoder)) {
    const block = partOf(name).words;
    counts.set(block, (counts.get(block) ?? 0) + shape.reduce((a, b) => a * b, 1));
  }
  return [...counts].map(([block, parameters]) => ({ block, parameters }));
}
