/** Words -> spans for `span_mode: conv_mean`: average pooling over windows of words. */
import * as tf from "@tensorflow/tfjs";
import { closing, closingShapes } from "./conv";
import { windowSums } from "./conv-sum";
import type { SpanLayer } from "./layer";

/**
 * conv_mean: the mean of the span's words.
 * @see gliner/modeling/span_rep.py, SpanConv with SpanConvBlock("conv_mean") (0.2.29)
 */
export const convMean: SpanLayer = {
  shapes: closingShapes,
  spans({ words, maxWidth: K, parameters }) {
    const means = windowSums(words, K).map((sum, k) => tf.div(sum, k + 1)); // K x [B, W, D]
    return closing(means, parameters);
  },
};
