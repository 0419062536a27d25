/** Words -> spans for today's `span_mode: marker`, in the plain and the factored form. */
import * as tf from "@tensorflow/tfjs";
import { affine, linear, linearShapes } from "../../encoder/layers";
import { matMulTransposed } from "../../fused/products";
import { SPAN_PREFIX } from "../parameter-names";
import { biasDot, foldTypes } from "./folded";
import { endpoints, pairSums, type SpanInput, type SpanLayer } from "./layer";

/**
 * marker: the rewrite of February 2024, 10 D² + 7 D parameters. Not the `marker` of the first upload, whose mathematics
 * came back as `markerV0`: the projections are half as wide inside, and one Linear closes the layer instead of two.
 *
 *     S_ij = W_o ReLU(h^start_i ⊕ h^end_j) + b_o      h^start = W2 dropout(ReLU(W1 h)), W1 [2D, D]
 *
 * @see gliner/modeling/span_rep.py, SpanMarker (0.2.29)
 */
export const marker: SpanLayer = {
  shapes(shapes, D) {
    for (const name of ["project_start", "project_end"]) {
      linearShapes(shapes, `${SPAN_PREFIX}${name}.0`, D, 2 * D);
      linearShapes(shapes, `${SPAN_PREFIX}${name}.3`, 2 * D, D);
    }
    linearShapes(shapes, `${SPAN_PREFIX}out_project`, 2 * D, D);
  },

  spans(input) {
    const [B, W, D] = input.words.shape;
    const [start, end] = endpoints(input, project(input, "project_start"), project(input, "project_end"));
    const joined = tf.relu(tf.concat([start, end], 1)); // [B * W * K, 2D]
    return tf.reshape(linear(joined, input.parameters, `${SPAN_PREFIX}out_project`), [B, W, input.maxWidth, D]);
  },

  /**
   * The closing Linear is a sum of a start half and an end half, and a dot product with a type distributes over it: each
   * word is scored once as a start and once as an end, and a span's score is the sum of two numbers.
   *
   *     score[i,k,c] = relu(start_i) . (W_startᵀ p_c) + relu(end_(i+k)) . (W_endᵀ p_c) + b_o . p_c
   */
  factored(input, types) {
    const weight = input.parameters.get(`${SPAN_PREFIX}out_project.weight`); // [D, 2D]
    const [startHalf, endHalf] = tf.split(weight as tf.Tensor, 2, 1); // [D, D] each
    const start = tf.relu(project(input, "project_start")); // [B, W, D]
    const end = tf.relu(project(input, "project_end")); // [B, W, D]
    const asStart = matMulTransposed(start, foldTypes(types, startHalf)); // [B, W, C]
    const asEnd = matMulTransposed(end, foldTypes(types, endHalf)); // [B, W, C]
    const sums = pairSums(asStart, asEnd, input.maxWidth); // [B, W, K, C]
    return tf.add(sums, biasDot(types, input.parameters.get(`${SPAN_PREFIX}out_project.bias`)));
  },
};

/** Linear(D, 2D) -> ReLU -> Dropout -> Linear(2D, D) on every word: [B, W, D]. */
function project({ words, parameters, rate, dropout }: SpanInput, name: string): tf.Tensor {
  const first = `${SPAN_PREFIX}${name}.0`;
  const inner = tf.relu(affine(words, parameters.get(`${first}.weight`), parameters.get(`${first}.bias`))); // [B, W, 2D]
  return linear(dropout(inner, rate, `${SPAN_PREFIX}${name}`), parameters, `${SPAN_PREFIX}${name}.3`);
}
