/** Words -> spans for `span_mode: conv_sum`, and the running window sums that conv_mean divides. */
import * as tf from "@tensorflow/tfjs";
import { closing, closingShapes } from "./conv";
import { type SpanLayer, shifts } from "./layer";

/**
 * conv_sum: the sum of the span's words. Upstream multiplies the mean by the width; the difference is rounding.
 * @see gliner/modeling/span_rep.py, SpanConv with SpanConvBlock("conv_sum") (0.2.29)
 */
export const convSum: SpanLayer = {
  shapes: closingShapes,
  spans: ({ words, maxWidth, parameters }) => closing(windowSums(words, maxWidth), parameters),
};

/** Sums of 1..K words from each word on, zeros past the last row: K x [B, W, D]. */
export function windowSums(words: tf.Tensor3D, K: number): tf.Tensor[] {
  const sums: tf.Tensor[] = [];
  shifts(words, K).forEach((shifted, k) => {
    sums.push(k === 0 ? words : tf.add(sums[k - 1], shifted)); // [B, W, D]
  });
  return sums;
}
