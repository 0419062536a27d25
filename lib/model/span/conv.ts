/** Common parts of the five conv_* span modes: the closing Linear, the convolution and its initial values. */
import * as tf from "@tensorflow/tfjs";
import { affine, linear, linearShapes } from "../../encoder/layers";
import type { Parameters } from "../../weights/parameters";
import type { Draw, Shapes } from "../../weights/shapes";
import { SPAN_PREFIX } from "../parameter-names";

/**
 * What the convolution and pooling modes share: a vector for every window of 1..K words from each word on (zeros past the
 * end of the batch's longest text), then
 *
 *     S_ik = W ReLU(window_ik) + b
 *
 * @see gliner/modeling/span_rep.py, SpanConv and ConvShare (0.2.29)
 */
export function closingShapes(shapes: Shapes, D: number): void {
  linearShapes(shapes, `${SPAN_PREFIX}project.1`, D, D);
}

/** K windows [B, W, D] -> span vectors [B, W, K, D]. */
export function closing(windows: tf.Tensor[], parameters: Parameters): tf.Tensor4D {
  const stacked = tf.stack(windows, 2); // [B, W, K, D]
  return linear(tf.relu(stacked), parameters, `${SPAN_PREFIX}project.1`) as tf.Tensor4D;
}

/**
 * A convolution over the words at these shifts, as one product: row i sees words i, i + 1, ... i + n - 1.
 * @param shifted n x [B, W, D]
 * @param kernel PyTorch's Conv1d weight [out, D, n]
 * @returns [B, W, out]
 */
export function convolve(shifted: tf.Tensor[], kernel: tf.Tensor, bias?: tf.Tensor): tf.Tensor {
  const [out, D, n] = kernel.shape;
  const flat = tf.reshape(tf.transpose(kernel, [0, 2, 1]), [out, n * D]); // [out, n * D]
  return affine(tf.concat(shifted, 2), flat, bias);
}

/** `kaiming_uniform_(nonlinearity="relu")`: U(±√(6 / fan_in)), fan_in = D n. */
export const kaimingUniform: Draw = (random, shape) => {
  const bound = Math.sqrt(6 / (shape[1] * (shape[2] ?? 1)));
  return bound * (2 * random.uniform() - 1);
};
