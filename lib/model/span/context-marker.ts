/** Words -> spans with a vector of the whole text as third part, for markerV1 and markerV2. */
import * as tf from "@tensorflow/tfjs";
import { SPAN_PREFIX } from "../parameter-names";
import { projection } from "../projection";
import { endpoints, type SpanInput } from "./layer";

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

/** A two-layer projection of [B, N, D] rows. */
export function project(input: SpanInput, name: string, rows: tf.Tensor = input.words): tf.Tensor {
  return projection(rows, input.parameters, `${SPAN_PREFIX}${name}`, input.rate, input.dropout);
}
