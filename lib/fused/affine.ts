/** The linear layer over packed rows, alone and with what follows it, each with a hand-written gradient and a readable twin. */
import * as tf from "@tensorflow/tfjs";
import { hasKernels, kernelOp } from "../backend";
import { differentiable } from "./differentiable";
import type { Dropout } from "./dropout";
import { affineOfEightBits } from "./eight-bits";
import { gelu, geluGradient, geluOf } from "./gelu";
import { layerNormRows, normGradient, normOf } from "./layer-norm";
import { columnSums } from "./native-ops";
import { affineOfPanels, type Behind } from "./panels";
import { matMulTransposed, multiply } from "./products";

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
  const found = affineAtInference(x, weight, { bias });
  if (found) return found;
  const inputs = bias ? [x, weight, bias] : [x, weight];
  return differentiable(inputs, () => {
    const product = multiply(x, weight, { b: true }); // [N, out]
    return {
      value: bias ? plusBias(product, bias) : product, // [N, out]
      saved: [x, weight],
      gradient(dy, [x, weight]) {
        const d = productGradient(dy, x, weight);
        return bias ? [...d, columnSums(dy)] : d;
      },
    };
  });
}

/** The ways that have no gradient, where one of them is asked for or can be had; else undefined. [N, out] */
export function affineAtInference(x: tf.Tensor, weight: tf.Tensor, behind: Behind = {}): tf.Tensor | undefined {
  return affineOfEightBits(x, weight, behind) ?? affineOfPanels(x, weight, behind);
}

/** product [N, out] + bias [out]: by the op of our own in the product's own place, which is not to be read again. */
function plusBias(product: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  if (!hasKernels()) return tf.add(product, bias); // [N, out]
  kernelOp("Bias", { floats: [product, bias] }, 0);
  return product;
}

/** dx [N, in] and dW [out, in] of x Wᵀ. */
function productGradient(dy: tf.Tensor, x: tf.Tensor, weight: tf.Tensor): [tf.Tensor, tf.Tensor] {
  const dx = multiply(dy, weight); // [N, in]
  const dWeight = multiply(dy, x, { a: true }); // [out, in]
  return [dx, dWeight];
}

/** The readable twin of `affineRows`. */
export function plainAffineRows(x: tf.Tensor, weight: tf.Tensor, bias?: tf.Tensor): tf.Tensor {
  const product = matMulTransposed(x, weight); // [N, out]
  return bias ? tf.add(product, bias) : product; // [N, out]
}

/** GELU(x Wᵀ + b): with native ops of our own one pass over the product, whose gradient needs nothing else of it. [N, out] */
export function affineGelu(x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  if (!hasKernels()) return gelu(affineRows(x, weight, bias));
  const found = affineAtInference(x, weight, { bias, gelu: true });
  if (found) return found;
  return differentiable([x, weight, bias], () => {
    const product = multiply(x, weight, { b: true }); // [N, out]
    return {
      value: geluOf(product, bias), // [N, out]
      saved: [x, weight, bias, product],
      gradient(dy, [x, weight, bias, product]) {
        const [d, dBias] = geluGradient(dy, product, bias); // [N, out], [out]
        return [...productGradient(d, x, weight), dBias];
      },
    };
  });
}

/** The parts of LayerNorm(dropout(x Wᵀ + b) + residual) that are parameters or numbers. */
export interface AffineNorm {
  /** [out, in] */
  weight: tf.Tensor;
  /** [out] each */
  bias: tf.Tensor;
  gamma: tf.Tensor;
  beta: tf.Tensor;
  epsilon: number;
  dropout: Dropout;
  rate: number;
  site: string;
}

/**
 * LayerNorm(dropout(x Wᵀ + b) + residual), the end of both halves of a transformer's layer.
 * @param x [N, in]
 * @param residual [N, out]
 * @returns [N, out]
 */
export function affineNorm(x: tf.Tensor, residual: tf.Tensor, parts: AffineNorm): tf.Tensor {
  const { weight, bias, gamma, beta, epsilon, dropout, rate, site } = parts;
  if (!hasKernels()) {
    const dropped = dropout(affineRows(x, weight, bias), rate, site); // [N, out]
    return layerNormRows(tf.add(dropped, residual), gamma, beta, epsilon); // [N, out]
  }
  return differentiable([x, weight, bias, residual, gamma, beta], () => {
    const product = affineAtInference(x, weight) ?? multiply(x, weight, { b: true }); // [N, out]
    const mask = dropout.keep(product.shape, rate, site); // [N, out]
    const factor = mask ? 1 / (1 - rate) : 1;
    const [value, normed, scale] = normOf({ x: product, gamma, beta, epsilon, bias, residual, mask, factor }); // [N, out]
    return {
      value,
      saved: [x, weight, gamma, normed, scale, ...(mask ? [mask] : [])],
      gradient(dy, [x, weight, gamma, normed, scale, mask]) {
        const d = normGradient({ dy, normed, scale, gamma, mask, factor, hasBias: true });
        return [...productGradient(d.dX, x, weight), d.dBias, d.dSum, d.dGamma, d.dBeta];
      },
    };
  });
}
