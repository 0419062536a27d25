/** The linear layer of few rows by the op of our own, which reads the weight as it lies: no second layout is ever held. */
import type * as tf from "@tensorflow/tfjs";
import { activeKernels, FLAG, kernelOp } from "../backend";
import { takesGradient } from "./differentiable";

/**
 * Most rows that the op of our own takes. TensorFlow multiplies by a transposed weight with oneDNN where the processor has
 * AVX-512, which is as fast from some 30 rows on; elsewhere with Eigen, which lays the weight out anew in every call.
 */
const MOST = { avx512: 32, avx2: 160, plain: 0, off: 0 };

/** What may follow the product. */
interface Behind {
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
  const level = activeKernels();
  if (takesGradient() || x.rank !== 2 || x.shape[0] > mostRows(level)) return undefined;
  const flags = (bias ? FLAG.bias : 0) | (gelu ? FLAG.gelu : 0);
  return kernelOp("Linear", { floats: bias ? [x, weight, bias] : [x, weight], flags })[0];
}

function mostRows(level: keyof typeof MOST): number {
  const asked = process.env.TF_ENABLE_ONEDNN_OPTS;
  return level === "avx512" && asked === "0"
    ? MOST.avx2
    : level === "avx2" && asked === "1"
      ? MOST.avx512
      : MOST[level];
}
