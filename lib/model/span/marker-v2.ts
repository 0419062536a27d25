/** Words -> spans for `span_mode: markerV2`: markerV0 plus the last word, upstream's padding fault included. */
import * as tf from "@tensorflow/tfjs";
import { SPAN_PREFIX } from "../parameter-names";
import { projectionShapes } from "../projection";
import { contextSpans, project } from "./context-marker";
import type { SpanInput, SpanLayer } from "./layer";
import { twoEndScores } from "./two-ends";

/**
 * markerV2 (since 0.2.28): markerV0 with the projected last word of the text as third part.
 *
 * The fault: `UniEncoderSpanModel` calls the layer without its word mask, so "last" is the last row of the padded batch
 * and the third part of every shorter text is a constant (measured on 0.2.29: 0.011 for a sentence alone against the same
 * in a padded batch, 1.5e-8 with the mask). `leak: false` takes the text's own last word, as the layer does with a mask.
 *
 * @see gliner/modeling/span_rep.py, SpanMarkerV2 (0.2.29)
 */
export const markerV2: SpanLayer = {
  leaks: true,
  shapes(shapes, D) {
    for (const name of ["project_start", "project_end", "project_context"])
      projectionShapes(shapes, `${SPAN_PREFIX}${name}`, D, D);
    projectionShapes(shapes, `${SPAN_PREFIX}out_project`, 3 * D, D);
  },
  spans: (input) => contextSpans(input, lastWord(input)),
  factored: (input, types) => twoEndScores(input, types, lastWord(input)),
};

/** The projected last word of each text, [B, 1, D]; of a text without words, zeros. */
function lastWord(input: SpanInput): tf.Tensor {
  const { words, lengths, leak = true } = input;
  const [B, W, D] = words.shape;
  const at = Int32Array.from(lengths, (length, b) => b * W + (leak ? W : Math.max(length, 1)) - 1);
  const last = tf.reshape(tf.gather(tf.reshape(words, [B * W, D]), tf.tensor1d(at, "int32")), [B, 1, D]);
  const projected = project(input, "project_context", last); // [B, 1, D]
  if (leak) return projected;
  const present = Float32Array.from(lengths, (length) => (length > 0 ? 1 : 0));
  return tf.mul(projected, tf.tensor3d(present, [B, 1, 1])); // [B, 1, D]
}
