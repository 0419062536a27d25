/** Words -> spans for `span_mode: markerV0`, as the paper describes it: first and last word through an FFN. */
import * as tf from "@tensorflow/tfjs";
import { SPAN_PREFIX } from "../parameter-names";
import { projection, projectionShapes } from "../projection";
import { endpoints, type SpanInput, type SpanLayer } from "./layer";
import { twoEndScores } from "./two-ends";

/**
 * markerV0: GLiNER's original span layer (paper, eq. 1), 28 D² + 15 D parameters.
 *
 *     S_ij = FFN(ReLU(h^start_i ⊕ h^end_j))      h^start = FFN_s(h), h^end = FFN_e(h)
 *
 * @see gliner/modeling/span_rep.py, SpanMarkerV0 (0.2.29)
 */
export const markerV0: SpanLayer = {
  shapes(shapes, D) {
    projectionShapes(shapes, `${SPAN_PREFIX}project_start`, D, D);
    projectionShapes(shapes, `${SPAN_PREFIX}project_end`, D, D);
    projectionShapes(shapes, `${SPAN_PREFIX}out_project`, 2 * D, D);
  },

  spans(input) {
    const { maxWidth: K, parameters, rate, dropout } = input;
    const [B, W, D] = input.words.shape;
    const [start, end] = endpoints(input, project(input, "project_start"), project(input, "project_end"));
    const joined = tf.relu(tf.concat([start, end], 1)); // [B * W * K, 2D]
    const out = projection(joined, parameters, `${SPAN_PREFIX}out_project`, rate, dropout); // [B * W * K, D]
    return tf.reshape(out, [B, W, K, D]);
  },

  factored: (input, types) => twoEndScores(input, types),
};

/** One of the layer's two-layer projections of every word: [B, W, D]. */
function project({ words, parameters, rate, dropout }: SpanInput, name: string): tf.Tensor {
  return projection(words, parameters, `${SPAN_PREFIX}${name}`, rate, dropout);
}
