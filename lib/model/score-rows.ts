/** Scores -> entities, first step: only spans with a score above a bound leave the tensor for the decoder. */
import * as tf from "@tensorflow/tfjs";
import type { ScoreRows } from "./decode";

/**
 * The spans of each text that have some score above a bound, with all their scores: of many types most spans have none, and
 * what nobody reads need not leave the library.
 * @param scores [B, W, K, C]; left for the caller to dispose
 */
export async function rowsAbove(scores: tf.Tensor4D, bound: number): Promise<ScoreRows[]> {
  const [B, W, K, C] = scores.shape;
  const best = tf.max(scores, 3); // [B, W, K]
  const highest = await best.data<"float32">();
  best.dispose();
  const above: number[] = [];
  highest.forEach((score, row) => {
    if (score > bound) above.push(row);
  });
  const rows = tf.tidy(() => tf.gather(tf.reshape(scores, [B * W * K, C]), tf.tensor1d(above, "int32"))); // [rows, C]
  const values = await rows.data<"float32">();
  rows.dispose();
  const texts: ScoreRows[] = [];
  for (let b = 0, from = 0; b < B; b++) {
    let to = from;
    while (to < above.length && above[to] < (b + 1) * W * K) to++;
    const places = above.slice(from, to).map((row) => row - b * W * K);
    texts.push({ places, values: values.subarray(from * C, to * C) });
    from = to;
  }
  return texts;
}
