/** Encoded -> words: pools each word's subword vectors, and picks the prompt's vectors by position. */
import * as tf from "@tensorflow/tfjs";
import { pickRows } from "../fused/rows";

/** How the subwords of a word become its vector; `first` and `last` pick one, `mean` and `max` pool all. */
export const SUBTOKEN_POOLINGS = ["first", "last", "mean", "max"] as const;

/**
 * Subwords -> words. A word without subwords is a row of zeros.
 * @param tokens [B, T, D]
 * @param wordsMask [B, T], 1 + word index at the subwords that count (one of each word for first and last), else 0
 * @param W words of the longest text
 * @param pooling one of SUBTOKEN_POOLINGS
 * @returns [B, W, D]
 * @see gliner/modeling/utils.py, extract_word_embeddings (0.2.29)
 */
export function extractWords(tokens: tf.Tensor3D, wordsMask: Int32Array, W: number, pooling: string): tf.Tensor3D {
  const subwords = subwordsOf(wordsMask, tokens.shape, W);
  if (pooling === "mean") return meanWords(tokens, subwords, W);
  if (pooling === "max") return maxWords(tokens, subwords, W);
  // Where several subwords of a word are marked, the last assignment wins in Python.
  const positions = Int32Array.from(subwords, (list) => list[list.length - 1] ?? -1);
  return rowsAt(tokens, positions);
}

/** Picks rows of [B, T, D] by position, [B, N] row-major, each at most once; -1 gives a row of zeros. @returns [B, N, D] */
export function rowsAt(tokens: tf.Tensor3D, positions: Int32Array): tf.Tensor3D {
  const [B, T, D] = tokens.shape;
  const N = positions.length / B;
  const flat = positions.map((t, i) => (t < 0 ? -1 : Math.floor(i / N) * T + t));
  return tf.reshape(pickRows(tf.reshape(tokens, [B * T, D]), flat), [B, N, D]);
}

/** The positions in T of each word's marked subwords: [B * W] lists. */
function subwordsOf(wordsMask: Int32Array, [B, T]: readonly number[], W: number): number[][] {
  const lists: number[][] = Array.from({ length: B * W }, () => []);
  wordsMask.forEach((word, i) => {
    if (word > 0 && word <= W) lists[Math.floor(i / T) * W + word - 1].push(i % T);
  });
  return lists;
}

/** One product with the matrix of shares: every subword of a word has 1 / their number. */
function meanWords(tokens: tf.Tensor3D, subwords: number[][], W: number): tf.Tensor3D {
  const [B, T] = tokens.shape;
  const shares = new Float32Array(B * W * T);
  subwords.forEach((list, row) => {
    for (const t of list) shares[row * T + t] = 1 / list.length;
  });
  return tf.matMul(tf.tensor3d(shares, [B, W, T]), tokens); // [B, W, D]
}

function maxWords(tokens: tf.Tensor3D, subwords: number[][], W: number): tf.Tensor3D {
  const [B, , D] = tokens.shape;
  const S = Math.max(1, ...subwords.map((list) => list.length));
  const positions = Int32Array.from({ length: B * W * S }, (_, i) => subwords[Math.floor(i / S)][i % S] ?? -1);
  const rows = tf.reshape(rowsAt(tokens, positions), [B, W, S, D]); // [B, W, S, D]
  // A place without a subword must never be the largest, except in a word without any.
  const absent = Float32Array.from(positions, (t, i) => (t < 0 && subwords[Math.floor(i / S)].length ? -1e32 : 0));
  return tf.max(tf.add(rows, tf.tensor4d(absent, [B, W, S, 1])), 2); // [B, W, D]
}
