import * as tf from "@tensorflow/tfjs";
import { isNative, nativeRandomUniform } from "../backend";
import { stream } from "../random";

/** Zeroes each value with probability `rate` and scales the others by 1 / (1 - rate). The site names the place in the model. */
export type Dropout = (x: tf.Tensor, rate: number, site: string) => tf.Tensor;

/** Evaluation: nothing is dropped. */
export const noDropout: Dropout = (x) => x;

/**
 * Dropout whose masks depend on (seed, step, site) alone: the same step drops the same values whatever ran before, so a
 * resumed run goes on exactly. TensorFlow.js's seeded dropout repeats one mask for ever, which trains a fixed sub-network.
 */
export function seededDropout(seed: number, step: number): Dropout {
  return (x, rate, site) => {
    if (rate === 0) return x;
    const random = stream(seed, "dropout", step, site);
    return tf.tidy(() => {
      const kept = tf.greaterEqual(uniform(x.shape, random.uint32(), random.uint32()), rate);
      return tf.mul(x, tf.mul(tf.cast(kept, "float32"), 1 / (1 - rate)));
    });
  };
}

function uniform(shape: number[], seedA: number, seedB: number): tf.Tensor {
  if (isNative()) return nativeRandomUniform(shape, seedA | 0, seedB | 0);
  const random = stream(seedA, "uniform", seedB);
  const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.uniform());
  return tf.tensor(values, shape);
}
