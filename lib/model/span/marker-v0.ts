import * as tf from "@tensorflow/tfjs";
import type { Dropout } from "../../encoder/dropout";
import { affine, matMulTransposed } from "../../encoder/layers";
import type { Parameters, Shapes } from "../../weights/parameters";
import { projection, projectionShapes } from "../projection";

/**
 * markerV0: GLiNER's original span layer (paper, eq. 1), 28 D² + 15 D parameters.
 *
 *     S_ij = FFN(ReLU(h^start_i ⊕ h^end_j))      h^start = FFN_s(h), h^end = FFN_e(h)
 *
 * @see gliner/modeling/span_rep.py, SpanMarkerV0
 */
const PREFIX = "span_rep_layer.span_rep_layer.";

export function markerV0Shapes(shapes: Shapes, D: number): void {
  projectionShapes(shapes, `${PREFIX}project_start`, D, D);
  projectionShapes(shapes, `${PREFIX}project_end`, D, D);
  projectionShapes(shapes, `${PREFIX}out_project`, 2 * D, D);
}

/** What both paths are given. */
export interface SpanInput {
  /** [B, W, D] */
  words: tf.Tensor3D;
  /** [B, W, K], 1 = the span lies within its text */
  spanMask: Uint8Array;
  maxWidth: number;
  parameters: Parameters;
  /** The head's dropout rate. */
  rate: number;
  dropout: Dropout;
}

/** The vector of every span, as the paper writes it: [B, W, K, D]. A span past the end of its text gets that of (0, 0). */
export function markerV0({ words, spanMask, maxWidth: K, parameters, rate, dropout }: SpanInput): tf.Tensor4D {
  const [B, W, D] = words.shape;
  const start = projection(words, parameters, `${PREFIX}project_start`, rate, dropout); // [B, W, D]
  const end = projection(words, parameters, `${PREFIX}project_end`, rate, dropout); // [B, W, D]
  const index = gatherIndex(spanMask, B, W, K);
  const pick = (rows: tf.Tensor, at: Int32Array) => tf.gather(tf.reshape(rows, [B * W, D]), tf.tensor1d(at, "int32")); // [B * W * K, D]
  const joined = tf.relu(tf.concat([pick(start, index.start), pick(end, index.end)], 1)); // [B * W * K, 2D]
  const out = projection(joined, parameters, `${PREFIX}out_project`, rate, dropout); // [B * W * K, D]
  return tf.reshape(out, [B, W, K, D]);
}

/** Rows of [B * W, D] where each span starts and ends. */
function gatherIndex(spanMask: Uint8Array, B: number, W: number, K: number): { start: Int32Array; end: Int32Array } {
  const start = new Int32Array(B * W * K);
  const end = new Int32Array(B * W * K);
  for (let i = 0; i < spanMask.length; i++) {
    const b = Math.floor(i / (W * K));
    const word = Math.floor(i / K) % W;
    start[i] = b * W + (spanMask[i] ? word : 0);
    end[i] = b * W + (spanMask[i] ? word + (i % K) : 0);
  }
  return { start, end };
}

/** score[b,i,k,c] = S[b,i,k] . P[b,c] (paper, eq. 2, before the sigmoid): [B, W, K, D], [B, C, D] -> [B, W, K, C]. */
export function scoreSpans(spans: tf.Tensor4D, types: tf.Tensor3D): tf.Tensor4D {
  const [B, W, K, D] = spans.shape;
  const product = matMulTransposed(tf.reshape(spans, [B, W * K, D]), types); // [B, W * K, C]
  return tf.reshape(product, [B, W, K, types.shape[1]]);
}

/**
 * The same scores without ever building a span vector: exact, not an approximation, about 14 times fewer multiplications.
 *
 * ReLU acts elementwise, so the first layer of `out_project` splits into a half for the start and a half for the end, each
 * computed once per word; nothing follows its second layer, so that one folds into the few type vectors:
 *
 *     h[i,k] = dropout(relu(A[i] + E[i+k]))     A = relu(start) W1_startᵀ + b1     E = relu(end) W1_endᵀ
 *     score[i,k,c] = h[i,k] . (p_c W2) + b2 . p_c
 *
 * Spans past the end of the batch's longest text meet zeros; like all spans outside their text they are masked later.
 * @param types projected type vectors [B, C, D]
 * @returns [B, W, K, C]
 */
export function factoredMarkerV0Scores(input: SpanInput, types: tf.Tensor3D): tf.Tensor4D {
  const { words, maxWidth: K, parameters, rate, dropout } = input;
  const [B, W, D] = words.shape;
  const start = tf.relu(projection(words, parameters, `${PREFIX}project_start`, rate, dropout)); // [B, W, D]
  const end = tf.relu(projection(words, parameters, `${PREFIX}project_end`, rate, dropout)); // [B, W, D]
  const w1 = parameters.get(`${PREFIX}out_project.0.weight`); // [4D, 2D]
  const [startHalf, endHalf] = tf.split(w1 as tf.Tensor, 2, 1); // [4D, D] each
  const a = affine(start, startHalf, parameters.get(`${PREFIX}out_project.0.bias`)); // [B, W, 4D]
  const e = affine(end, endHalf); // [B, W, 4D]
  const padded = tf.pad(e, [
    [0, 0],
    [0, K - 1],
    [0, 0],
  ]) as tf.Tensor3D; // [B, W + K - 1, 4D]
  const shifted = Array.from({ length: K }, (_, k) => tf.slice(padded, [0, k, 0], [B, W, 4 * D])); // K x [B, W, 4D]
  const sum = tf.add(tf.expandDims(a, 2), tf.stack(shifted, 2)); // [B, W, K, 4D]
  const h = dropout(tf.relu(sum), rate, `${PREFIX}out_project`); // [B, W, K, 4D]
  const w2 = parameters.get(`${PREFIX}out_project.3.weight`) as tf.Tensor as tf.Tensor2D; // [D, 4D]
  const flatTypes = tf.reshape(types, [-1, D]); // [B * C, D]
  const folded = tf.reshape(tf.matMul(flatTypes, w2), [B, -1, 4 * D]); // [B, C, 4D]
  const offset = linearDot(types, parameters.get(`${PREFIX}out_project.3.bias`)); // [B, 1, 1, C]
  return tf.add(scoreSpans(h as tf.Tensor4D, folded as tf.Tensor3D), offset);
}

/** p_c . b2 for every type: [B, C, D], [D] -> [B, 1, 1, C]. */
function linearDot(types: tf.Tensor3D, bias: tf.Tensor): tf.Tensor {
  const [B, C] = types.shape;
  return tf.reshape(tf.sum(tf.mul(types, bias), 2), [B, 1, 1, C]);
}
