import * as tf from "@tensorflow/tfjs";
import { affine } from "../../encoder/layers";
import { projection } from "../projection";
import { foldedScores } from "./folded";
import { endpoints, pairSums, SPAN_PREFIX, type SpanInput } from "./layer";

/**
 * What markerV1 and markerV2 share: markerV0 with a third part, one vector of the whole text, behind start and end.
 *
 *     S_ij = FFN(ReLU(h^start_i ⊕ h^end_j ⊕ g))
 *
 * @param context g, [B, 1, D]
 * @returns [B, W, K, D]
 */
export function contextSpans(input: SpanInput, context: tf.Tensor): tf.Tensor4D {
  const { maxWidth: K, parameters, rate, dropout } = input;
  const [B, W, D] = input.words.shape;
  const [start, end] = endpoints(input, project(input, "project_start"), project(input, "project_end"));
  const everywhere = tf.reshape(tf.tile(context, [1, W * K, 1]), [B * W * K, D]); // [B * W * K, D]
  const joined = tf.relu(tf.concat([start, end, everywhere], 1)); // [B * W * K, 3D]
  const out = projection(joined, parameters, `${SPAN_PREFIX}out_project`, rate, dropout); // [B * W * K, D]
  return tf.reshape(out, [B, W, K, D]);
}

/** The factored twin, as for markerV0; the third part adds one row per text to the first layer: [B, W, K, C]. */
export function factoredContextScores(input: SpanInput, context: tf.Tensor, types: tf.Tensor3D): tf.Tensor4D {
  const { maxWidth: K, parameters, rate, dropout } = input;
  const start = tf.relu(project(input, "project_start")); // [B, W, D]
  const end = tf.relu(project(input, "project_end")); // [B, W, D]
  const w1 = parameters.get(`${SPAN_PREFIX}out_project.0.weight`); // [4D, 3D]
  const [startPart, endPart, contextPart] = tf.split(w1 as tf.Tensor, 3, 1); // [4D, D] each
  const text = affine(tf.relu(context), contextPart, parameters.get(`${SPAN_PREFIX}out_project.0.bias`)); // [B, 1, 4D]
  const sums = pairSums(tf.add(affine(start, startPart), text), affine(end, endPart), K); // [B, W, K, 4D]
  const h = dropout(tf.relu(sums), rate, `${SPAN_PREFIX}out_project`); // [B, W, K, 4D]
  const w2 = parameters.get(`${SPAN_PREFIX}out_project.3.weight`); // [D, 4D]
  return foldedScores(h, types, w2, parameters.get(`${SPAN_PREFIX}out_project.3.bias`)); // [B, W, K, C]
}

/** A two-layer projection of [B, N, D] rows. */
export function project(input: SpanInput, name: string, rows: tf.Tensor = input.words): tf.Tensor {
  return projection(rows, input.parameters, `${SPAN_PREFIX}${name}`, input.rate, input.dropout);
}
