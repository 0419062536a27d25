/** DeBERTa's attention scores from content and relative position, in the form that reads like the paper. */
import * as tf from "@tensorflow/tfjs";
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
 * The scores as the equation reads: every pair of places has its own rows of the table.
 * @returns [h, B, T, T], the query's place before the key's
 */
export function plainScores(given: Disentangled): tf.Tensor4D {
  // A row of width H for every pair is large: nothing but the scores leaves here.
  return tf.tidy(() => scoresOfPairs(given));
}

function scoresOfPairs({ query, key, table, toKeys, toQueries, span }: Disentangled): tf.Tensor4D {
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
