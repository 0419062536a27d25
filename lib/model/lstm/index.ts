/** Chooses among the implementations of the LSTM over words; the door to this folder. */
import { hasKernels, isNative } from "../../backend";
import { allenNlpLstm } from "./allennlp";
import { fusedPass } from "./fused";
import { kernelLstm } from "./kernel";
import type { Lstm } from "./lstm";
import { naiveLstm } from "./naive";
import { packedLstm } from "./packed";
import { runLstm } from "./run";

/** "fused" is the product's; "allennlp", "packed" and "naive" are its readable and historical twins. */
export type LstmName = "fused" | "allennlp" | "packed" | "naive";

/** A layer in one native op, ours or TensorFlow's; otherwise AllenNLP's semantics, and zeros where no row has a word. */
const fusedLstm: Lstm = (x, lengths, module, initial) =>
  hasKernels() && !initial ? kernelLstm(x, lengths, module) : runLstm(x, lengths, module, fusedPass, initial).out;

/** Every way to compute the BiLSTM, by name. */
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
export type { Lstm } from "./lstm";
export { type LstmModule, lstmShapes } from "./module";
export type { LstmStates } from "./run";
