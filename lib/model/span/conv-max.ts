/** Words -> spans for `span_mode: conv_max`: max pooling over windows of words. */
import * as tf from "@tensorflow/tfjs";
import { closing, closingShapes } from "./conv";
import { type SpanLayer, shifts } from "./layer";

/**
 * conv_max: the largest value of the span's words in each place. Upstream pads with zeros and not with -∞ before it pools,
 * which only spans past the end of the batch's longest text can see; of equal values the first one gets the gradient.
 * @see gliner/modeling/span_rep.py, SpanConv with SpanConvBlock("conv_max") (0.2.29)
 */
export const convMax: SpanLayer = {
  shapes: closingShapes,
  spans({ words, maxWidth: K, parameters }) {
    const largest: tf.Tensor[] = [];
    shifts(words, K).forEach((shifted, k) => {
      largest.push(k === 0 ? words : tf.maximum(largest[k - 1], shifted)); // [B, W, D]
    });
    return closing(largest, parameters);
  },
};
