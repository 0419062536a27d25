/** The layers that encoder and head share, in PyTorch's layout. */
import * as tf from "@tensorflow/tfjs";
import { affineRows } from "../fused/affine";
import { gelu } from "../fused/gelu";
import { layerNormRows } from "../fused/layer-norm";
import type { Parameters } from "../weights/parameters";
import type { Shapes } from "../weights/shapes";

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
  if (x.rank === 2) return affineRows(x, weight, bias); // [N, out]
  const y = affineRows(tf.reshape(x, [-1, inputs]), weight, bias); // [N, out]
  return tf.reshape(y, [...x.shape.slice(0, -1), outputs]); // [..., out]
}

/** Declares `nn.LayerNorm(width)`. */
export function layerNormShapes(shapes: Shapes, prefix: string, width: number): void {
  shapes.set(`${prefix}.weight`, [width]);
  shapes.set(`${prefix}.bias`, [width]);
}

/** `nn.LayerNorm` on the last axis. x: [..., H] */
export function layerNorm(x: tf.Tensor, parameters: Parameters, prefix: string, epsilon: number): tf.Tensor {
  return layerNormRows(x, parameters.get(`${prefix}.weight`), parameters.get(`${prefix}.bias`), epsilon);
}

/** An activation by Hugging Face's name. */
export type ActivationName = "gelu" | "relu" | "tanh";
export const ACTIVATIONS: readonly string[] = ["gelu", "relu", "tanh"] satisfies ActivationName[];

export function activation(name: ActivationName): (x: tf.Tensor) => tf.Tensor {
  return { gelu, relu: (x: tf.Tensor) => tf.relu(x), tanh: (x: tf.Tensor) => tf.tanh(x) }[name];
}
