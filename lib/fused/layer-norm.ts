/** Layer norm with a hand-written gradient, and the readable twin that it is held against. */
import * as tf from "@tensorflow/tfjs";
import { FLAG, hasKernels, kernelOp } from "../backend";
import { differentiable, takesGradient } from "./differentiable";
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
  if (hasKernels())
    return differentiable([x, gamma, beta], () => {
      const [value, normed, scale] = normOf({ x, gamma, beta, epsilon });
      return {
        value,
        saved: [normed, scale, gamma],
        gradient(dy, [normed, scale, gamma]) {
          const { dSum, dGamma, dBeta } = normGradient({ dy, normed, scale, gamma });
          return [dSum, dGamma, dBeta];
        },
      };
    });
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

/** What the op of our own norms: dropout(x + bias) + residual, all but x as it comes. Rows of x: [..., H]. */
export interface NormInput {
  x: tf.Tensor;
  gamma: tf.Tensor;
  beta: tf.Tensor;
  epsilon: number;
  /** [H] */
  bias?: tf.Tensor;
  /** Of x's shape. */
  residual?: tf.Tensor;
  /** Of x's shape, true = stays, times `factor`. */
  mask?: tf.Tensor;
  factor?: number;
}

/** The norm by the op of our own: its value, and where somebody asks for gradients the normalised rows and their scales. */
export function normOf({ x, gamma, beta, epsilon, bias, residual, mask, factor = 1 }: NormInput): tf.Tensor[] {
  const flags =
    (bias ? FLAG.bias : 0) |
    (residual ? FLAG.residual : 0) |
    (mask ? FLAG.mask : 0) |
    (takesGradient() ? FLAG.keeps : 0);
  const floats = [x, gamma, beta, ...(bias ? [bias] : []), ...(residual ? [residual] : [])];
  return kernelOp("Norm", { floats, masks: mask ? [mask] : [], flags, epsilon, factor }, 3);
}

/** What the gradient of `normOf` needs. */
export interface NormOutput {
  dy: tf.Tensor;
  normed: tf.Tensor;
  scale: tf.Tensor;
  gamma: tf.Tensor;
  mask?: tf.Tensor;
  factor?: number;
  hasBias?: boolean;
}

/** The gradients of the sum (the residual's), of x behind its bias, and of the small vectors; dBias of no size without one. */
export function normGradient({ dy, normed, scale, gamma, mask, factor = 1, hasBias = false }: NormOutput) {
  const flags = (mask ? FLAG.mask : 0) | (hasBias ? FLAG.bias : 0);
  const call = { floats: [dy, normed, scale, gamma], masks: mask ? [mask] : [], flags, factor };
  const [dSum, dropped, dGamma, dBeta, dBias] = kernelOp("NormGradient", call, 5);
  return { dSum, dX: mask ? dropped : dSum, dGamma, dBeta, dBias };
}

/** The readable twin of `layerNormRows`: the biased variance, `epsilon` inside the root, like `nn.LayerNorm`. */
export function plainLayerNorm(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: number): tf.Tensor {
  const centred = tf.sub(x, tf.mean(x, -1, true)); // [..., H]
  const variance = tf.mean(tf.square(centred), -1, true); // [..., 1]
  const scale = tf.mul(tf.rsqrt(tf.add(variance, epsilon)), gamma); // [..., H]
  return tf.add(tf.mul(centred, scale), beta); // [..., H]
}
