import * as tf from "@tensorflow/tfjs";
import { SPAN_PREFIX } from "../parameter-names";
import { projection } from "../projection";
import { endpointExtractor, type SpanList } from "./allennlp";
import type { SpanInput } from "./layer";

/**
 * The span layer of the token-level model (`span_mode: token_level` with `represent_spans`): markerV0 on any list of
 * spans instead of all spans up to a width. Same parameters, same mathematics.
 * @see gliner/modeling/span_rep.py, TokenMarker (0.2.29)
 * @returns [B, S, D]
 */
export function tokenMarker(
  { words, spans }: SpanList,
  { parameters, rate, dropout }: Pick<SpanInput, "parameters" | "rate" | "dropout">,
): tf.Tensor {
  const project = (name: string) =>
    projection(words, parameters, `${SPAN_PREFIX}${name}`, rate, dropout) as tf.Tensor3D; // [B, W, D]
  const start = endpointExtractor({ words: project("project_start"), spans }, { combination: "x" }); // [B, S, D]
  const end = endpointExtractor({ words: project("project_end"), spans }, { combination: "y" }); // [B, S, D]
  const joined = tf.relu(tf.concat([start, end], 2)); // [B, S, 2D]
  return projection(joined, parameters, `${SPAN_PREFIX}out_project`, rate, dropout);
}
