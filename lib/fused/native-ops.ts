/** Ops of the native library that TensorFlow.js does not wrap, each with what stands for it on other backends. */
import * as tf from "@tensorflow/tfjs";
import { attribute, isNative, nativeOp } from "../backend";

const FLOAT = () => attribute("T", "type", "float32");

/** Sums over the rows of [N, F]: [F]. */
export function columnSums(x: tf.Tensor): tf.Tensor {
  if (!isNative()) return tf.sum(x, 0);
  return nativeOp("BiasAddGrad", [FLOAT(), attribute("data_format", "string", "NHWC")], [x], 1)[0];
}

/** dy where y > 0, else 0: the gradient of ReLU, and of ReLU with dropout behind it, by their result y. */
export function whereActive(dy: tf.Tensor, y: tf.Tensor): tf.Tensor {
  return isNative() ? nativeOp("ReluGrad", [FLOAT()], [dy, y], 1)[0] : tf.mul(dy, tf.step(y));
}

/** x where `kept` (bool) is true, else 0. */
export function where(kept: tf.Tensor, x: tf.Tensor): tf.Tensor {
  if (!isNative()) return tf.mul(x, tf.cast(kept, "float32"));
  return nativeOp("SelectV2", [FLOAT()], [kept, x, tf.scalar(0)], 1)[0];
}

/** Half of the sum of all squares, a scalar. */
export function halfOfSquares(x: tf.Tensor): tf.Tensor {
  return isNative() ? nativeOp("L2Loss", [FLOAT()], [x], 1)[0] : tf.mul(tf.sum(tf.square(x)), 0.5);
}
