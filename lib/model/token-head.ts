/** Words -> scores of token-level models, Python's Scorer: begin, end and inside for every word and type. */
import * as tf from "@tensorflow/tfjs";
import { affine, linear, linearShapes } from "../encoder/layers";
import type { Dropout } from "../fused/dropout";
import type { Parameters } from "../weights/parameters";
import type { Shapes } from "../weights/shapes";
import { SCORER } from "./parameter-names";

/** Start, end, inside. */
const TAGS = 3;

/** Declares the parameters of the token-level scorer. */
export function tokenHeadShapes(shapes: Shapes, D: number): void {
  linearShapes(shapes, `${SCORER}.proj_token`, D, 2 * D);
  linearShapes(shapes, `${SCORER}.proj_label`, D, 2 * D);
  linearShapes(shapes, `${SCORER}.out_mlp.0`, 3 * D, 4 * D);
  linearShapes(shapes, `${SCORER}.out_mlp.3`, 4 * D, TAGS);
}

/** What both paths are given. */
export interface TokenHeadInput {
  /** [B, W, D] */
  words: tf.Tensor3D;
  /** Prompt vectors, not projected: [B, C, D] */
  types: tf.Tensor3D;
  parameters: Parameters;
  /** The head's dropout rate. */
  rate: number;
  dropout: Dropout;
}

/**
 * The token-level head: every word and type get three logits, whether the word begins, ends or lies inside a mention.
 *
 *     t1, t2 = split(W_t h_i + b_t)      c1, c2 = split(W_c p_c + b_c)
 *     score[i,c] = W2 ReLU(dropout(W1 (t1 ⊕ c1 ⊕ t2 ∘ c2) + b1)) + b2
 *
 * @returns [B, W, C, 3]
 * @see gliner/modeling/scorers.py, Scorer (0.2.29)
 */
export function tokenHeadScores(input: TokenHeadInput): tf.Tensor4D {
  const [B, W] = input.words.shape;
  const C = input.types.shape[1];
  const { t1, t2, c1, c2 } = parts(input);
  const joined = tf.concat([tf.tile(t1, [1, 1, C, 1]), tf.tile(c1, [1, W, 1, 1]), tf.mul(t2, c2)], 3); // [B, W, C, 3D]
  const inner = linear(joined, input.parameters, `${SCORER}.out_mlp.0`); // [B, W, C, 4D]
  return tf.reshape(closing(input, inner), [B, W, C, TAGS]);
}

/**
 * The same scores with W1 split where the parts meet: the word's and the type's parts are computed once each and only the
 * product of the two for every pair, a third of the multiplications.
 */
export function factoredTokenHeadScores(input: TokenHeadInput): tf.Tensor4D {
  const { parameters } = input;
  const { t1, t2, c1, c2 } = parts(input);
  const [ofWord, ofType, ofBoth] = tf.split(parameters.get(`${SCORER}.out_mlp.0.weight`) as tf.Tensor, 3, 1); // [4D, D] each
  const byWord = affine(t1, ofWord, parameters.get(`${SCORER}.out_mlp.0.bias`)); // [B, W, 1, 4D]
  const byType = affine(c1, ofType); // [B, 1, C, 4D]
  const inner = tf.add(tf.add(byWord, byType), affine(tf.mul(t2, c2), ofBoth)); // [B, W, C, 4D]
  return closing(input, inner) as tf.Tensor4D;
}

/** Halves of the projected words and types, ready to broadcast: [B, W, 1, D] and [B, 1, C, D]. */
function parts({ words, types, parameters }: TokenHeadInput) {
  const [t1, t2] = tf.split(tf.expandDims(linear(words, parameters, `${SCORER}.proj_token`), 2), 2, 3); // [B, W, 1, D]
  const [c1, c2] = tf.split(tf.expandDims(linear(types, parameters, `${SCORER}.proj_label`), 1), 2, 3); // [B, 1, C, D]
  return { t1, t2, c1, c2 };
}

/** Dropout stands before ReLU here, which is the same. [B, W, C, 4D] -> [B, W, C, 3] */
function closing({ parameters, rate, dropout }: TokenHeadInput, inner: tf.Tensor): tf.Tensor {
  return linear(tf.relu(dropout(inner, rate, `${SCORER}.out_mlp`)), parameters, `${SCORER}.out_mlp.3`);
}
