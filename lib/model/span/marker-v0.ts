import * as tf from "@tensorflow/tfjs";
import { affine } from "../../encoder/layers";
import { projection, projectionShapes } from "../projection";
import { foldedScores } from "./folded";
import { endpoints, pairSums, SPAN_PREFIX, type SpanInput, type SpanLayer } from "./layer";

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

  /**
   * The same scores without ever building a span vector, about 14 times fewer multiplications.
   *
   * ReLU acts elementwise, so the first layer of `out_project` splits into a half for the start and a half for the end,
   * each computed once per word; its second layer folds into the types:
   *
   *     h[i,k] = dropout(relu(A[i] + E[i+k]))     A = relu(start) W1_startᵀ + b1     E = relu(end) W1_endᵀ
   *
   * Spans past the end of the batch's longest text meet zeros; like all spans outside their text they are masked later.
   */
  factored(input, types) {
    const { maxWidth: K, parameters, rate, dropout } = input;
    const start = tf.relu(project(input, "project_start")); // [B, W, D]
    const end = tf.relu(project(input, "project_end")); // [B, W, D]
    const [startHalf, endHalf] = tf.split(parameters.get(`${SPAN_PREFIX}out_project.0.weight`) as tf.Tensor, 2, 1); // [4D, D] each
    const a = affine(start, startHalf, parameters.get(`${SPAN_PREFIX}out_project.0.bias`)); // [B, W, 4D]
    const sums = pairSums(a, affine(end, endHalf), K); // [B, W, K, 4D]
    const h = dropout(tf.relu(sums), rate, `${SPAN_PREFIX}out_project`); // [B, W, K, 4D]
    const w2 = parameters.get(`${SPAN_PREFIX}out_project.3.weight`); // [D, 4D]
    return foldedScores(h, types, w2, parameters.get(`${SPAN_PREFIX}out_project.3.bias`)); // [B, W, K, C]
  },
};

/** One of the layer's two-layer projections of every word: [B, W, D]. */
function project({ words, parameters, rate, dropout }: SpanInput, name: string): tf.Tensor {
  return projection(words, parameters, `${SPAN_PREFIX}${name}`, rate, dropout);
}
