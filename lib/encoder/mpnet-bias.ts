/**
 * MPNet's relative positions (Song et al. 2020; the buckets are T5's): how far a key stands from its query adds a number of its own to each
 * head's scores, the same in every layer.
 * @see transformers, models/mpnet/modeling_mpnet.py, MPNetEncoder.compute_position_bias
 */
import * as tf from "@tensorflow/tfjs";
import { gatherRows } from "../fused/rows";

/** Distances from here on share the last bucket. */
const LONGEST = 128;

const f32 = Math.fround;

/**
 * The bucket of a signed distance: half of them for keys behind the query, the others for keys in front of it; in each half the first ones
 * are exact and the rest logarithmic. Float32 throughout, as in torch, since a last bit can make another bucket.
 * @param delta j - i of a key j and a query i
 */
export function relativeBucket(delta: number, buckets: number): number {
  const half = buckets / 2;
  const exact = half / 2;
  const distance = Math.abs(delta);
  const side = delta > 0 ? half : 0;
  if (distance < exact) return side + distance;
  const share = f32(f32(Math.log(f32(distance / exact))) / f32(Math.log(LONGEST / exact)));
  return side + Math.min(half - 1, exact + Math.trunc(f32(share * (half - exact))));
}

/**
 * What each head adds to its scores, for texts of T subwords.
 * @param table [R, h], a row a bucket
 * @returns [1, h, T, T]
 */
export function relativeBias(table: tf.Tensor, T: number): tf.Tensor {
  const [buckets, heads] = table.shape;
  const index = new Int32Array(T * T);
  for (let i = 0; i < T; i++) for (let j = 0; j < T; j++) index[i * T + j] = relativeBucket(j - i, buckets);
  const bias = tf.reshape(gatherRows(table, index), [T, T, heads]); // [T, T, h]
  return tf.expandDims(tf.transpose(bias, [2, 0, 1]), 0); // [1, h, T, T]
}
