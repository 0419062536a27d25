/** Words -> spans for `span_mode: mlp`, Python's SpanMLP: the first word alone decides. */
import * as tf from "@tensorflow/tfjs";
import { linear, linearShapes } from "../../encoder/layers";
import { SPAN_PREFIX } from "../parameter-names";
import type { SpanLayer } from "./layer";

/**
 * mlp: one Linear makes all K span vectors that begin at a word from that word alone.
 *
 *     S_i = ReLU(W h_i + b), W [K D, D], cut into K vectors
 *
 * @see gliner/modeling/span_rep.py, SpanMLP (0.2.29)
 */
export const mlp: SpanLayer = {
  shapes(shapes, D, K) {
    linearShapes(shapes, `${SPAN_PREFIX}mlp`, D, K * D);
  },
  spans({ words, maxWidth: K, parameters }) {
    const [B, W, D] = words.shape;
    const all = linear(words, parameters, `${SPAN_PREFIX}mlp`); // [B, W, K * D]
    return tf.relu(tf.reshape(all, [B, W, K, D]));
  },
};
