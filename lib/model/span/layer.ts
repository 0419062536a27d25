/** The interface of all span layers, the span-type dot product, and the gathers and shifts that layers share. */
import * as tf from "@tensorflow/tfjs";
import type { Dropout } from "../../fused/dropout";
import { matMulTransposed } from "../../fused/products";
import type { Parameters } from "../../weights/parameters";
import type { Shapes } from "../../weights/shapes";

/** What every span layer is given. */
export interface SpanInput {
  /** [B, W, D] */
  words: tf.Tensor3D;
  /** [B, W, K], 1 = the span lies within its text */
  spanMask: Uint8Array;
  /** [B], words of each text */
  lengths: readonly number[];
  maxWidth: number;
  parameters: Parameters;
  /** The head's dropout rate. */
  rate: number;
  dropout: Dropout;
  /** markerV1 and markerV2 as 0.2.29 computes them, padding included (default); false = the text's own words only. */
  leak?: boolean;
}

/** One `span_mode`: words -> span vectors. */
export interface SpanLayer {
  /** Declares the parameters under Python's names. D: width of the head, K: max_width. */
  shapes(shapes: Shapes, D: number, K: number): void;
  /** The vector of every span, as upstream writes it: [B, W, K, D]. */
  spans(input: SpanInput): tf.Tensor4D;
  /** The scores without building a span vector, exact, where the mode allows it: types [B, C, D] -> [B, W, K, C]. */
  factored?(input: SpanInput, types: tf.Tensor3D): tf.Tensor4D;
  /** A span's vector depends on how far its batch is padded, as upstream's does: texts must stay in their order. */
  leaks?: true;
}

/** score[b,i,k,c] = S[b,i,k] . P[b,c] (paper, eq. 2, before the sigmoid): [B, W, K, D], [B, C, D] -> [B, W, K, C]. */
export function scoreSpans(spans: tf.Tensor4D, types: tf.Tensor3D): tf.Tensor4D {
  const [B, W, K, D] = spans.shape;
  const product = matMulTransposed(tf.reshape(spans, [B, W * K, D]), types); // [B, W * K, C]
  return tf.reshape(product, [B, W, K, types.shape[1]]);
}

/** Rows of [B, W, D] at the first and at the last word of each span; a span past the end of its text gets those of (0, 0). */
export function endpoints(
  { spanMask, maxWidth: K }: SpanInput,
  start: tf.Tensor,
  end: tf.Tensor,
): [start: tf.Tensor2D, end: tf.Tensor2D] {
  const [B, W, D] = start.shape;
  const starts = new Int32Array(B * W * K);
  const ends = new Int32Array(B * W * K);
  for (let i = 0; i < spanMask.length; i++) {
    const b = Math.floor(i / (W * K));
    const word = Math.floor(i / K) % W;
    starts[i] = b * W + (spanMask[i] ? word : 0);
    ends[i] = b * W + (spanMask[i] ? word + (i % K) : 0);
  }
  const pick = (rows: tf.Tensor, at: Int32Array) =>
    tf.gather(tf.reshape(rows, [B * W, D]), tf.tensor1d(at, "int32")) as tf.Tensor2D; // [B * W * K, D]
  return [pick(start, starts), pick(end, ends)];
}

/** x moved left by 0, 1, ... K - 1 words, zeros from the right: K x [B, W, F]. The word k places on, for every word. */
export function shifts(x: tf.Tensor, K: number): tf.Tensor3D[] {
  const [B, W, F] = x.shape;
  const padded = tf.pad(x as tf.Tensor3D, [
    [0, 0],
    [0, K - 1],
    [0, 0],
  ]); // [B, W + K - 1, F]
  return Array.from({ length: K }, (_, k) => tf.slice(padded, [0, k, 0], [B, W, F]));
}

/** Sums of a word's row and the row k words on, for every k < K: [B, W, F], [B, W, F] -> [B, W, K, F]. */
export function pairSums(start: tf.Tensor, end: tf.Tensor, K: number): tf.Tensor4D {
  return tf.add(tf.expandDims(start, 2), tf.stack(shifts(end, K), 2)); // [B, W, K, F]
}
