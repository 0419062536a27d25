/** The signature that every implementation of the LSTM over words shares. */
import type * as tf from "@tensorflow/tfjs";
import type { LstmModule } from "./module";
import type { LstmStates } from "./run";

/**
 * The BiLSTM over the words of the text (absent from the paper, present in every public version of the code), four times
 * behind one interface. B texts, W words, I input width, H width of one direction.
 *
 * @param x [B, W, I]
 * @param lengths words of each row, [B]
 * @param initial zero where absent
 * @returns [B, W, directions * H]
 */
export type Lstm = (
  x: tf.Tensor3D,
  lengths: readonly number[],
  module: LstmModule,
  initial?: LstmStates,
) => tf.Tensor3D;
