/** The encoder's activation, with a hand-written gradient and a readable twin. */
import * as tf from "@tensorflow/tfjs";
import { FLAG, hasKernels, kernelOp } from "../backend";
import { differentiable } from "./differentiable";

/**
 * The exact GELU, x Φ(x), with its gradient Φ(x) + x φ(x); `plainGelu` is its twin. The op of our own makes Φ anew in the
 * gradient; without it, it is kept.
 * @param x any shape
 */
export function gelu(x: tf.Tensor): tf.Tensor {
  if (hasKernels())
    return differentiable([x], () => ({
      value: geluOf(x),
      saved: [x],
      gradient: (dy, [x]) => [geluGradient(dy, x)[0]],
    }));
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

/** GELU(x + bias) by the op of our own. x: [..., F], bias: [F] */
export function geluOf(x: tf.Tensor, bias?: tf.Tensor): tf.Tensor {
  return kernelOp("Gelu", { floats: bias ? [x, bias] : [x], flags: bias ? FLAG.bias : 0 })[0];
}

/** What comes to x + bias, and its sum over the rows, which is the bias's gradient (of no size without one). */
export function geluGradient(dy: tf.Tensor, x: tf.Tensor, bias?: tf.Tensor): tf.Tensor[] {
  return kernelOp("GeluGradient", { floats: bias ? [dy, x, bias] : [dy, x], flags: bias ? FLAG.bias : 0 }, 2);
}

/** The readable twin of `gelu`: x/2 (1 + erf(x/√2)); PyTorch's default, not the tanh approximation. */
export function plainGelu(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
}
