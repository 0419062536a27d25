/** Layer norm with a hand-written gradient, and the readable twin that it is held against. */
import * as tf from "@tensorflow/tfjs";
import { differentiable } from "./differentiable";
import { columnSums } from "./native-ops";

/**
 * Layer norm over the last axis, `plainLayerNorm` with its gradient written out. With x̂ the normalised row, r its scale
 * and g = dy γ:
 *
 *     dx = r (g - mean(g) - x̂ mean(g x̂))     dγ = Σ dy x̂     dβ = Σ dy
 *
 * @param x [..., H]
 * @param gamma [H]
 * @param beta [H]
 */
export function layerNormRows(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: number): tf.Tensor {
  const H = gamma.shape[0] as number;
  // TensorFlow.js's own mean copies its argument first.
  const mean = (t: tf.Tensor) => tf.mul(tf.sum(t, -1, true), 1 / H); // [..., 1]
  return differentiable([x, gamma, beta], () => {
    const centred = tf.sub(x, mean(x)); // [..., H]
    const variance = mean(tf.square(centred)); // [..., 1]
    const scale = tf.rsqrt(tf.add(variance, epsilon)); // [..., 1]
    const normed = tf.mul(centred, scale); // [..., H]
    return {
      value: tf.add(tf.mul(normed, gamma), beta), // [..., H]
      saved: [normed, scale, gamma],
      gradient(dy, [normed, scale, gamma]) {
        const g = tf.mul(dy, gamma); // [..., H]
        const along = tf.mul(normed, mean(tf.mul(g, normed))); // [..., H]
        const dx = tf.mul(tf.sub(tf.sub(g, mean(g)), along), scale); // [..., H]
        const rows = (t: tf.Tensor) => (t.rank === 2 ? t : tf.reshape(t, [-1, H]));
        return [dx, columnSums(rows(tf.mul(dy, normed))), columnSums(rows(dy))];
      },
    };
  });
}

/** The readable twin of `layerNormRows`: the biased variance, `epsilon` inside the root, like `nn.LayerNorm`. */
export function plainLayerNorm(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: number): tf.Tensor {
  const centred = tf.sub(x, tf.mean(x, -1, true)); // [..., H]
  const variance = tf.mean(tf.square(centred), -1, true); // [..., 1]
  const scale = tf.mul(tf.rsqrt(tf.add(variance, epsilon)), gamma); // [..., H]
  return tf.add(tf.mul(centred, scale), beta); // [..., H]
}
