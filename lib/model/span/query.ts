/** Words -> spans for `span_mode: query`, Python's SpanQuery: first word times width, place by place. */
import * as tf from "@tensorflow/tfjs";
import { linear, linearShapes } from "../../encoder/layers";
import { SPAN_PREFIX } from "../parameter-names";
import type { SpanLayer } from "./layer";

/**
 * query: a learned vector for each width scales the first word of the span; no word but the first is read.
 *
 *     S_ik = ReLU(W (h_i ∘ q_k) + b)      q [D, K] ~ U(-1, 1)
 *
 * @see gliner/modeling/span_rep.py, SpanQuery (0.2.29)
 */
export const query: SpanLayer = {
  shapes(shapes, D, K) {
    shapes.declare(`${SPAN_PREFIX}query_seg`, [D, K], (random) => 2 * random.uniform() - 1);
    linearShapes(shapes, `${SPAN_PREFIX}project.0`, D, D);
  },
  spans({ words, parameters }) {
    const queries = tf.transpose(parameters.get(`${SPAN_PREFIX}query_seg`)); // [K, D]
    const scaled = tf.mul(tf.expandDims(words, 2), queries); // [B, W, K, D]
    return tf.relu(linear(scaled, parameters, `${SPAN_PREFIX}project.0`)) as tf.Tensor4D; // [B, W, K, D]
  },
};
