/** Matrix products in the form that each backend does fastest. */
import * as tf from "@tensorflow/tfjs";
import { FLAG, isNative, kernelOp, multipliesWithEigen } from "../backend";

/**
 * a bᵀ on the last two axes. The native library multiplies many rows by a transposed matrix as fast as by a plain one
 * (panels.ts is for inference); WebAssembly's fast product knows plain ones only and is about 20 times slower otherwise.
 */
export function matMulTransposed(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  if (isNative()) return tf.matMul(a, b, false, true);
  const axes = b.shape.map((_, i) => i);
  return tf.matMul(a, tf.transpose(b, [...axes.slice(0, -2), b.rank - 1, b.rank - 2]));
}

/** Which factor is transposed. */
interface Transposed {
  a?: boolean;
  b?: boolean;
}

/**
 * a b, of two matrices as they are or transposed: by the op of our own where TensorFlow would take Eigen. It has no gradient, so that
 * it belongs into what `differentiable` is given.
 * @returns [m, n]
 */
export function multiply(a: tf.Tensor, b: tf.Tensor, transposed: Transposed = {}): tf.Tensor {
  if (multipliesWithEigen()) {
    const flags = (transposed.a ? FLAG.transposeA : 0) | (transposed.b ? FLAG.transposeB : 0);
    return kernelOp("MatMul", { floats: [a, b], flags })[0]; // [m, n]
  }
  if (transposed.b && !transposed.a) return matMulTransposed(a, b); // [m, n]
  return tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D, transposed.a, transposed.b); // [m, n]
}
