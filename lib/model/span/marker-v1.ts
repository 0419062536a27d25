/** Words -> spans for `span_mode: markerV1`: markerV0 plus a mean over the text, upstream's padding fault included. */
import * as tf from "@tensorflow/tfjs";
import { SPAN_PREFIX } from "../parameter-names";
import { projectionShapes } from "../projection";
import { contextSpans } from "./context-marker";
import type { SpanInput, SpanLayer } from "./layer";
import { twoEndScores } from "./two-ends";

/**
 * markerV1: markerV0 with the mean of the text's words as third part. `project_first` is declared upstream and never
 * used: it is kept so that checkpoints load, and receives no gradient.
 *
 * The fault: upstream takes the mean over the padded length, so a sentence's scores depend on its neighbours in the batch
 * (measured on 0.2.29: 0.030 for a sentence alone against the same in a padded batch). `leak: false` counts its own words.
 *
 * @see gliner/modeling/span_rep.py, SpanMarkerV1 (0.2.29)
 */
export const markerV1: SpanLayer = {
  leaks: true,
  shapes(shapes, D) {
    for (const name of ["project_start", "project_end", "project_first"])
      projectionShapes(shapes, `${SPAN_PREFIX}${name}`, D, D);
    projectionShapes(shapes, `${SPAN_PREFIX}out_project`, 3 * D, D);
  },
  spans: (input) => contextSpans(input, meanWord(input)),
  factored: (input, types) => twoEndScores(input, types, meanWord(input)),
};

/** The mean of each text's words, [B, 1, D]; of a text without words, zeros. */
function meanWord({ words, lengths, leak = true }: SpanInput): tf.Tensor {
  if (leak) return tf.mean(words, 1, true);
  const [B, W] = words.shape;
  const share = new Float32Array(B * W);
  lengths.forEach((length, b) => {
    share.fill(1 / length, b * W, b * W + length);
  });
  return tf.sum(tf.mul(words, tf.tensor3d(share, [B, W, 1])), 1, true); // [B, 1, D]
}
