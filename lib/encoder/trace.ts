import type * as tf from "@tensorflow/tfjs";

/** What an encoder shows besides its result, for the notebooks and the golden tests. */
export interface EncoderTrace {
  /** After the embeddings and after each layer: [B, T, H]. */
  hidden: tf.Tensor[];
}
