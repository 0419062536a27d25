/** The linear layer of few rows by the op of our own, which reads the weight as it lies: no second layout is ever held. */
import type * as tf from "@tensorflow/tfjs";
import { activeKernels, FLAG, kernelOp, multipliesWithEigen } from "../backend";
import { takesGradient } from "./differentiable";

/**
 * Most rows that the op of our own takes, where TensorFlow multiplies with oneDNN, which is as fast from some 30 rows on, and where it
 * would take Eigen: beyond, the product of our own lays its factors out (products.ts).
 */
const MOST = { oneDNN: 32, eigen: 160 };

/** What may follow the product. */
export interface Behind {
  /** [out] */
  bias?: tf.Tensor;
  /** GELU of product and bias. */
  gelu?: boolean;
}

/**
 * x Wᵀ, with bias and GELU, where the op of our own is the faster way and nobody asks for a gradient; else undefined.
 * @param x [N, in]
 * @param weight [out, in]
 * @returns [N, out]
 */
export function affineOfFewRows(x: tf.Tensor, weight: tf.Tensor, { bias, gelu }: Behind = {}): tf.Tensor | undefined {
  if (takesGradient() || x.rank !== 2 || x.shape[0] > mostRows()) return undefined;
  return kernelOp("Linear", { floats: bias ? [x, weight, bias] : [x, weight], flags: flagsOf({ bias, gelu }) })[0];
}

/** What follows the product, as an op of ours is told. */
export const flagsOf = ({ bias, gelu }: Behind): number => (bias ? FLAG.bias : 0) | (gelu ? FLAG.gelu : 0);

function mostRows(): number {
  if (multipliesWithEigen()) return MOST.eigen;
  return ["avx2", "avx512"].includes(activeKernels()) ? MOST.oneDNN : 0;
}
