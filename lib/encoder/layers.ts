import * as tf from "@tensorflow/tfjs";
import { isNative } from "../backend";
import type { Parameters, Shapes } from "../weights/parameters";

/** The layers that encoder and head share, in PyTorch's layout. */

/** Declares `nn.Linear(inputs, outputs)`. */
export function linearShapes(shapes: Shapes, prefix: string, inputs: number, outputs: number): void {
  shapes.set(`${prefix}.weight`, [outputs, inputs]);
  shapes.set(`${prefix}.bias`, [outputs]);
}

/**
 * x Wᵀ + b on the last axis.
 * @param x [..., in]
 * @returns [..., out]
 */
export function linear(x: tf.Tensor, parameters: Parameters, prefix: string): tf.Tensor {
  return affine(x, parameters.get(`${prefix}.weight`), parameters.get(`${prefix}.bias`));
}

/** `linear` with the weight [out, in] and the bias [out] given as tensors. */
export function affine(x: tf.Tensor, weight: tf.Tensor, bias?: tf.Tensor): tf.Tensor {
  const [outputs, inputs] = weight.shape;
  const flat = tf.reshape(x, [-1, inputs]); // [N, in]
  const product = matMulTransposed(flat, weight); // [N, out]
  const y = bias ? tf.add(product, bias) : product; // [N, out]
  return tf.reshape(y, [...x.shape.slice(0, -1), outputs]); // [..., out]
}

/**
 * a bᵀ on the last two axes. The native library multiplies by a transposed matrix as fast as by a plain one; WebAssembly's
 * fast product knows plain ones only and is about 20 times slower otherwise.
 */
export function matMulTransposed(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  if (isNative()) return tf.matMul(a, b, false, true);
  const axes = b.shape.map((_, i) => i);
  return tf.matMul(a, tf.transpose(b, [...axes.slice(0, -2), b.rank - 1, b.rank - 2]));
}

/** Declares `nn.LayerNorm(width)`. */
export function layerNormShapes(shapes: Shapes, prefix: string, width: number): void {
  shapes.set(`${prefix}.weight`, [width]);
  shapes.set(`${prefix}.bias`, [width]);
}

/** Normalises the last axis with the biased variance and `epsilon` inside the root, like `nn.LayerNorm`. x: [..., H] */
export function layerNorm(x: tf.Tensor, parameters: Parameters, prefix: string, epsilon: number): tf.Tensor {
  const centred = tf.sub(x, tf.mean(x, -1, true)); // [..., H]
  const variance = tf.mean(tf.square(centred), -1, true); // [..., 1]
  const scale = tf.mul(tf.rsqrt(tf.add(variance, epsilon)), parameters.get(`${prefix}.weight`)); // [..., H]
  return tf.add(tf.mul(centred, scale), parameters.get(`${prefix}.bias`)); // [..., H]
}

/** An activation by Hugging Face's name. */
export type ActivationName = "gelu" | "relu" | "tanh";
export const ACTIVATIONS: readonly string[] = ["gelu", "relu", "tanh"] satisfies ActivationName[];

export function activation(name: ActivationName): (x: tf.Tensor) => tf.Tensor {
  return { gelu, relu: (x: tf.Tensor) => tf.relu(x), tanh: (x: tf.Tensor) => tf.tanh(x) }[name];
}

/** The exact GELU, x Φ(x) = x/2 (1 + erf(x/√2)); PyTorch's default, not the tanh approximation. */
export function gelu(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
}
