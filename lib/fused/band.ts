/** Scores by distance as scores by place, and back: a distance is the same along a diagonal, so reshaping alone moves them. */
import * as tf from "@tensorflow/tfjs";

/**
 * Reads a band as a square: column m of row a is the band's column m - a + n - 1. In the flat band of rows of M + n that is
 * a (M + n - 1) + m + n - 1, so rows of M + n - 1, from n - 1 on, have it in column m. Nothing is gathered.
 * @param band [..., n, M + n], the last column only to make it long enough
 * @returns [..., n, M]
 */
export function squareOfBand(band: tf.Tensor): tf.Tensor {
  const [n, width] = band.shape.slice(-2);
  const outer = band.shape.slice(0, -2);
  const G = outer.reduce((a, b) => a * b, 1);
  const flat = tf.reshape(band, [G, n * width]); // [G, n (M + n)]
  const from = tf.slice(flat, [0, n - 1], [G, n * (width - 1)]); // [G, n (M + n - 1)]
  const square = tf.slice(tf.reshape(from, [G, n, width - 1]), [0, 0, 0], [G, n, width - n]); // [G, n, M]
  return tf.reshape(square, [...outer, n, width - n]); // [..., n, M]
}

/**
 * The way back, and the gradient of `squareOfBand`: zeros where the square says nothing.
 * @param square [..., n, M]
 * @returns [..., n, M + n]
 */
export function bandOfSquare(square: tf.Tensor): tf.Tensor {
  const [n, M] = square.shape.slice(-2);
  const outer = square.shape.slice(0, -2);
  const G = outer.reduce((a, b) => a * b, 1);
  const none: [number, number] = [0, 0];
  const wide = tf.pad(tf.reshape(square, [G, n, M]), [none, none, [0, n - 1]]); // [G, n, M + n - 1]
  const flat = tf.pad(tf.reshape(wide, [G, n * (M + n - 1)]), [none, [n - 1, 1]]); // [G, n (M + n)]
  return tf.reshape(flat, [...outer, n, M + n]); // [..., n, M + n]
}
