import type * as tf from "@tensorflow/tfjs";

/** What an encoder shows besides its result, for the notebooks and the golden tests. */
export interface EncoderTrace {
  /** After the embeddings and after each layer: [B, T, H]. */
  hidden: tf.Tensor[];
  /** What each layer's heads attend to, before dropout: [B, h, T, T], rows sum to 1. Kept only where the list is given. */
  attention?: tf.Tensor[];
}
