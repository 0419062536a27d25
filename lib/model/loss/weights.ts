/** Extra weight for mentions in the loss, fixed or growing with their width. */
import * as tf from "@tensorflow/tfjs";
import type { LossOptions } from "./options";

/**
 * What positives weigh beyond 1: `positive_weight` (v0: `labels + 1`) and, with `use_span_width_weight`, 1 + ln(width)
 * (0.2.29; its comment says ln(k + 1), its code counts k from 1 and takes ln(k)).
 * @param labels [B, W, K, C] of 0 and 1
 * @returns [B, W, K, C], or undefined where all weigh 1
 */
export function positiveWeights(
  labels: tf.Tensor4D,
  options: Pick<LossOptions, "positive_weight" | "use_span_width_weight">,
): tf.Tensor | undefined {
  if (options.positive_weight === 1 && !options.use_span_width_weight) return undefined;
  const K = labels.shape[2];
  const extra = Float32Array.from(
    { length: K },
    (_, k) => options.positive_weight * (options.use_span_width_weight ? 1 + Math.log(k + 1) : 1) - 1,
  );
  return tf.add(tf.mul(labels, tf.tensor4d(extra, [1, 1, K, 1])), 1); // [B, W, K, C]
}
