/** Picks rows of a matrix by number, plainly or with a gradient that needs no scatter. */
import * as tf from "@tensorflow/tfjs";
import { differentiable } from "./differentiable";

/** Rows by number, plainly: an entry may occur any number of times, none may be negative. x [M, F] -> [N, F] */
export function gatherRows(x: tf.Tensor, index: Int32Array): tf.Tensor {
  return tf.gather(x, tf.tensor1d(index, "int32"));
}

/**
 * Rows by number, each at most once; -1 gives a row of zeros. Its gradient picks as well, where `tf.gather`, which must
 * allow for repeats, adds up in a slow scatter over one thread.
 * @param x [M, F]
 * @param index [N]
 * @returns [N, F]
 */
export function pickRows(x: tf.Tensor, index: Int32Array): tf.Tensor {
  const M = x.shape[0];
  return differentiable([x], () => ({
    value: picked(x, index), // [N, F]
    saved: [],
    gradient: (dy) => [picked(dy, inverse(index, M))], // [M, F]
  }));
}

function picked(x: tf.Tensor, index: Int32Array): tf.Tensor {
  if (!index.includes(-1)) return gatherRows(x, index);
  const present = tf.tensor2d(
    Float32Array.from(index, (row) => (row < 0 ? 0 : 1)),
    [index.length, 1],
  ); // [N, 1]
  const rows = gatherRows(
    x,
    index.map((row) => Math.max(row, 0)),
  );
  return tf.mul(rows, present);
}

/** Where each of M rows went; -1 for one that was not picked. */
function inverse(index: Int32Array, M: number): Int32Array {
  const places = new Int32Array(M).fill(-1);
  index.forEach((row, n) => {
    if (row >= 0) places[row] = n;
  });
  return places;
}
