/** The matrix product with a transposed weight, in the form that each backend does fastest. */
import * as tf from "@tensorflow/tfjs";
import { isNative } from "../backend";

/**
 * a bᵀ on the last two axes. The native library multiplies many rows by a transposed matrix as fast as by a plain one
 * (few-rows.ts is for few); WebAssembly's fast product knows plain ones only and is about 20 times slower otherwise.
 */
export function matMulTransposed(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  if (isNative()) return tf.matMul(a, b, false, true);
  const axes = b.shape.map((_, i) => i);
  return tf.matMul(a, tf.transpose(b, [...axes.slice(0, -2), b.rank - 1, b.rank - 2]));
}
