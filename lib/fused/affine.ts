/** The linear layer over packed rows, with a hand-written gradient and a readable twin. */
import * as tf from "@tensorflow/tfjs";
import { differentiable } from "./differentiable";
import { columnSums } from "./native-ops";
import { matMulTransposed } from "./products";

/**
 * x Wᵀ + b over rows, `plainAffineRows` with its gradient written out:
 *
 *     dx = dy W     dW = dyᵀ x     db = Σ_n dy_n
 *
 * @param x [N, in]
 * @param weight [out, in]
 * @param bias [out]
 * @returns [N, out]
 */
export function affineRows(x: tf.Tensor, weight: tf.Tensor, bias?: tf.Tensor): tf.Tensor {
  const inputs = bias ? [x, weight, bias] : [x, weight];
  return differentiable(inputs, () => {
    const product = matMulTransposed(x, weight); // [N, out]
    return {
      value: bias ? tf.add(product, bias) : product, // [N, out]
      saved: [x, weight],
      gradient(dy, [x, weight]) {
        const dx = tf.matMul(dy as tf.Tensor2D, weight as tf.Tensor2D); // [N, in]
        const dWeight = tf.matMul(dy as tf.Tensor2D, x as tf.Tensor2D, true); // [out, in]
        return bias ? [dx, dWeight, columnSums(dy)] : [dx, dWeight];
      },
    };
  });
}

/** The readable twin of `affineRows`. */
export function plainAffineRows(x: tf.Tensor, weight: tf.Tensor, bias?: tf.Tensor): tf.Tensor {
  const product = matMulTransposed(x, weight); // [N, out]
  return bias ? tf.add(product, bias) : product; // [N, out]
}
