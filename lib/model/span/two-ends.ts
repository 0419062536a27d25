/** Words -> scores in one step for markerV0, markerV1 and markerV2, exact and without span vectors. */
import * as tf from "@tensorflow/tfjs";
import { affine } from "../../encoder/layers";
import { derived } from "../../fused/derived";
import { roundRows } from "../../fused/packing";
import { gatherRows, pickRows } from "../../fused/rows";
import { spanBlockScores } from "../../fused/span-blocks";
import { SPAN_PREFIX } from "../parameter-names";
import { projection } from "../projection";
import { biasDot, foldTypes } from "./folded";
import type { SpanInput } from "./layer";

/**
 * The scores of markerV0 and of the modes that add a vector of the whole text to it, without ever building a span vector:
 * about 14 times fewer multiplications than the plain layer.
 *
 * ReLU acts elementwise, so the first layer of `out_project` splits into a part for the start, one for the end and one for
 * the text, each computed once per word or text; its second layer folds into the types:
 *
 *     h[i,k] = dropout(relu(A[i] + E[i+k]))     A = relu(start) W1_startᵀ + b1 (+ relu(text) W1_textᵀ)     E = relu(end) W1_endᵀ
 *
 * No work is done on padding, neither on words nor on spans past the end of their text, whose scores are zero.
 *
 * @param types projected type vectors p [B, C, D]
 * @param text [B, 1, D]
 * @returns [B, W, K, C]
 */
export function twoEndScores(input: SpanInput, types: tf.Tensor3D, text?: tf.Tensor): tf.Tensor4D {
  const { words, lengths, maxWidth: K, parameters, rate, dropout } = input;
  const [B, W, D] = words.shape;
  const place = lengths.flatMap((length, b) => Array.from({ length }, (_, w) => b * W + w));
  // As in `Packing`: few different numbers of rows; those that are too many are zero.
  place.push(...new Array<number>(roundRows(place.length, dropout) - place.length).fill(-1));
  const rows = pickRows(tf.reshape(words, [B * W, D]), Int32Array.from(place)); // [N, D]
  const project = (name: string) => tf.relu(projection(rows, parameters, `${SPAN_PREFIX}${name}`, rate, dropout)); // [N, D]
  const of = (layer: number, part: "weight" | "bias") => parameters.get(`${SPAN_PREFIX}out_project.${layer}.${part}`);
  const first = of(0, "weight"); // [4D, 2D] or [4D, 3D]
  const part = (n: number) =>
    derived(`part ${n}`, [first], () => tf.slice(first as tf.Tensor, [0, n * D], [first.shape[0], D])); // [4D, D]
  let start = affine(project("project_start"), part(0), of(0, "bias")); // [N, 4D]
  if (text) {
    const ofText = tf.reshape(affine(tf.relu(text), part(2)), [B, -1]); // [B, 4D]
    const texts = Int32Array.from(place, (at) => Math.floor(Math.max(at, 0) / W));
    start = tf.add(start, gatherRows(ofText, texts)); // [N, 4D]
  }
  const end = affine(project("project_end"), part(1)); // [N, 4D]
  const folded = foldTypes(types, of(3, "weight")); // [B, C, 4D]
  const drop = { dropout, rate, site: `${SPAN_PREFIX}out_project` };
  const scores = spanBlockScores({ start, end, lengths, W, K }, folded, drop); // [B, W, K, C]
  return tf.add(scores, biasDot(types, of(3, "bias")));
}
