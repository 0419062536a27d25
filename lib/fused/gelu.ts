/** The encoder's activation, with a hand-written gradient and a readable twin. */
import * as tf from "@tensorflow/tfjs";
import { differentiable } from "./differentiable";

/**
 * The exact GELU, x Φ(x), keeping Φ for the gradient Φ(x) + x φ(x); `plainGelu` is its twin.
 * @param x any shape
 */
export function gelu(x: tf.Tensor): tf.Tensor {
  return differentiable([x], () => {
    const cdf = tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);
    return {
      value: tf.mul(x, cdf),
      saved: [x, cdf],
      gradient(dy, [x, cdf]) {
        // φ(x) = exp(-x²/2) / √(2π)
        const pdf = tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
        return [tf.mul(dy, tf.add(cdf, tf.mul(x, pdf)))];
      },
    };
  });
}

/** The readable twin of `gelu`: x/2 (1 + erf(x/√2)); PyTorch's default, not the tanh approximation. */
export function plainGelu(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
}
