/** The linear layer at inference by the op of our own, which reads a weight that was laid out once, in the order in which it is multiplied. */
import type * as tf from "@tensorflow/tfjs";
import { activeKernels, FLAG, kernelOp } from "../backend";
import { derived, lasts } from "./derived";
import { takesGradient } from "./differentiable";

/** What may follow the product. */
export interface Behind {
  /** [out] */
  bias?: tf.Tensor;
  /** GELU of product and bias. */
  gelu?: boolean;
}

/** True where linear layers go by the op of our own, for which all numbers of rows are alike. Below AVX2 TensorFlow's product is the faster one. */
export function hasPanels(): boolean {
  return ["avx2", "avx512"].includes(activeKernels()) && !takesGradient();
}

/**
 * x Wᵀ, with bias and GELU, where nobody asks for a gradient and the weight stays; else undefined. The layout is kept beside the
 * weight: a copy of it, which saves a third of the time of a product of few rows.
 * @param x [N, in]
 * @param weight [out, in]
 * @returns [N, out]
 */
export function affineOfPanels(x: tf.Tensor, weight: tf.Tensor, { bias, gelu }: Behind = {}): tf.Tensor | undefined {
  if (!hasPanels() || x.rank !== 2 || weight.rank !== 2 || !lasts(weight)) return undefined;
  const panels = derived("panels", [weight], () => kernelOp("LayPanels", { floats: [weight] })[0]);
  const floats = bias ? [x, panels, bias] : [x, panels];
  return kernelOp("Linear", { floats, flags: flagsOf({ bias, gelu }) })[0]; // [N, out]
}

/** What follows the product, as an op of ours is told. */
export const flagsOf = ({ bias, gelu }: Behind): number => (bias ? FLAG.bias : 0) | (gelu ? FLAG.gelu : 0);
