import type * as tf from "@tensorflow/tfjs";
import { isNative } from "../../backend";
import { allenNlpLstm } from "./allennlp";
import { fusedPass } from "./fused";
import type { LstmModule } from "./module";
import { naiveLstm } from "./naive";
import { packedLstm } from "./packed";
import { type LstmStates, runLstm } from "./run";

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

export type LstmName = "fused" | "allennlp" | "packed" | "naive";

/** The whole sequence in one native op; otherwise AllenNLP's semantics, and zeros where no row has a word. */
const fusedLstm: Lstm = (x, lengths, module, initial) => runLstm(x, lengths, module, fusedPass, initial).out;

export const LSTMS: Readonly<Record<LstmName, Lstm>> = {
  fused: fusedLstm,
  allennlp: allenNlpLstm,
  packed: packedLstm,
  naive: naiveLstm,
};

/** What the product runs: the fused layer where the backend has its op, else the plain one of the same semantics. */
export function defaultLstm(): LstmName {
  return isNative() ? "fused" : "allennlp";
}

export { StatefulLstm } from "./allennlp";
export { type LstmModule, lstmShapes } from "./module";
export type { LstmStates } from "./run";
