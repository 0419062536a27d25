/** DeBERTa's attention scores from content and relative position, in a quick form and in one that reads like the paper. */
import * as tf from "@tensorflow/tfjs";
import { matMulTransposed } from "../fused/products";
import { positionRow, type RelativeSpan } from "./relative-position";

/**
 * The scores of disentangled attention (He et al. 2021, eq. 4), before scaling and mask. With content q, k and the table of
 * relative embeddings projected to keys Kʳ and queries Qʳ, and r(i - j) the table's row for a distance:
 *
 *     A(i, j) = qᵢ · kⱼ + qᵢ · Kʳ[r(i - j)] + kⱼ · Qʳ[r(i - j)]        content-content, content-position, position-content
 *
 * (Python reads position-content at -r(j - i), which is r(i - j): buckets are odd.) h heads, d = H / h, R rows in the table.
 */
export interface Disentangled {
  /** [h, B, T, d] */
  query: tf.Tensor4D;
  /** [h, B, T, d] */
  key: tf.Tensor4D;
  /** The relative embeddings, [R, H]. */
  table: tf.Tensor2D;
  /** Projects rows of the table to keys, [N, H] -> [h, N, d]; absent: no content-position part. */
  toKeys?: (rows: tf.Tensor2D) => tf.Tensor3D;
  /** Projects rows of the table to queries, [N, H] -> [h, N, d]; absent: no position-content part. */
  toQueries?: (rows: tf.Tensor2D) => tf.Tensor3D;
  span: RelativeSpan;
}

/**
 * The quick way: a distance is the same along a diagonal, so each subword is scored against 2T distances, and the band
 * [T, 2T] is read as the square [T, T] by reshaping alone. Nothing of size T x T x d is built, nothing is gathered from scores.
 * @returns [h, B, T, T], the query's place before the key's
 */
export function bandScores({ query, key, table, toKeys, toQueries, span }: Disentangled): tf.Tensor4D {
  const T = query.shape[2];
  const rowsOf = (delta: (column: number) => number) => {
    const rows = Int32Array.from({ length: 2 * T }, (_, column) => positionRow(delta(column), span));
    return tf.gather(table, tf.tensor1d(rows, "int32")); // [2T, H]
  };
  let scores = matMulTransposed(query, key) as tf.Tensor4D; // [h, B, T, T]
  if (toKeys) {
    const keys = toKeys(rowsOf((column) => T - 1 - column)); // [h, 2T, d]
    scores = tf.add(scores, squareOfBand(query, keys)); // [h, B, T, T]
  }
  if (toQueries) {
    const queries = toQueries(rowsOf((column) => column - (T - 1))); // [h, 2T, d]
    scores = tf.add(scores, tf.transpose(squareOfBand(key, queries), [0, 1, 3, 2])); // [h, B, T, T]
  }
  return scores;
}

/**
 * x · rows, with column (b - a) + T - 1 of the band at place (a, b): in the flat band that is a (2T - 1) + b + T - 1, a
 * square of rows of 2T - 1 that starts at T - 1.
 * @param x [h, B, T, d]
 * @param rows [h, 2T, d], the last one only to make the band long enough
 * @returns [h, B, T, T]
 */
function squareOfBand(x: tf.Tensor4D, rows: tf.Tensor3D): tf.Tensor4D {
  const [h, B, T, d] = x.shape;
  const band = matMulTransposed(tf.reshape(x, [h, B * T, d]), rows); // [h, B T, 2T]
  const flat = tf.reshape(band, [h * B, 2 * T * T]); // [h B, 2T²]
  const from = tf.slice(flat, [0, T - 1], [h * B, T * (2 * T - 1)]); // [h B, T (2T - 1)]
  const square = tf.slice(tf.reshape(from, [h * B, T, 2 * T - 1]), [0, 0, 0], [h * B, T, T]); // [h B, T, T]
  return tf.reshape(square, [h, B, T, T]); // [h, B, T, T]
}

/** The twin of `bandScores` that reads like the equation: every pair of places has its own rows of the table. */
export function plainScores({ query, key, table, toKeys, toQueries, span }: Disentangled): tf.Tensor4D {
  const [h, , T, d] = query.shape;
  const row = (at: number) => positionRow(Math.floor(at / T) - (at % T), span);
  const rows = tf.gather(
    table,
    tf.tensor1d(
      Int32Array.from({ length: T * T }, (_, at) => row(at)),
      "int32",
    ),
  ); // [T T, H]
  const perPair = (project: (rows: tf.Tensor2D) => tf.Tensor3D) => tf.reshape(project(rows), [h, T, T, d]); // [h, i, j, d]
  let scores = tf.matMul(query, key, false, true) as tf.Tensor4D; // [h, B, i, j]
  if (toKeys) {
    const perQuery = tf.transpose(query, [0, 2, 1, 3]); // [h, i, B, d]
    const part = tf.matMul(perQuery, perPair(toKeys), false, true); // [h, i, B, j]
    scores = tf.add(scores, tf.transpose(part, [0, 2, 1, 3])); // [h, B, i, j]
  }
  if (toQueries) {
    const perKey = tf.transpose(key, [0, 2, 1, 3]); // [h, j, B, d]
    const part = tf.matMul(perKey, tf.transpose(perPair(toQueries), [0, 2, 1, 3]), false, true); // [h, j, B, i]
    scores = tf.add(scores, tf.transpose(part, [0, 2, 3, 1])); // [h, B, i, j]
  }
  return scores;
}
