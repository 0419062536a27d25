/** Words -> spans for `span_mode: cat`, Python's SpanCAT: first word and width, concatenated. */
import * as tf from "@tensorflow/tfjs";
import { affine, linearShapes } from "../../encoder/layers";
import { SPAN_PREFIX } from "../parameter-names";
import type { SpanLayer } from "./layer";

/** Width of the learned vector of a span's width. */
const QUERY = 128;

/**
 * cat: the first word of the span beside a learned vector of its width; no word but the first is read.
 *
 *     S_ik = ReLU(W (h_i ⊕ q_k) + b)
 *
 * The parameter is declared [128, K] and read as [K, 128] without a transpose, as upstream does. W is split where the
 * parts meet, so the word's part is computed once and not K times.
 * @see gliner/modeling/span_rep.py, SpanCAT (0.2.29)
 */
export const cat: SpanLayer = {
  shapes(shapes, D, K) {
    shapes.declare(`${SPAN_PREFIX}query_seg`, [QUERY, K], (random) => random.normal());
    linearShapes(shapes, `${SPAN_PREFIX}project.0`, D + QUERY, D);
  },
  spans({ words, maxWidth: K, parameters }) {
    const D = words.shape[2];
    const queries = tf.reshape(parameters.get(`${SPAN_PREFIX}query_seg`), [K, QUERY]); // [K, 128]
    const weight = parameters.get(`${SPAN_PREFIX}project.0.weight`) as tf.Tensor; // [D, D + 128]
    const [ofWord, ofWidth] = tf.split(weight, [D, QUERY], 1); // [D, D], [D, 128]
    const byWidth = affine(queries, ofWidth, parameters.get(`${SPAN_PREFIX}project.0.bias`)); // [K, D]
    return tf.relu(tf.add(tf.expandDims(affine(words, ofWord), 2), byWidth)) as tf.Tensor4D; // [B, W, K, D]
  },
};
