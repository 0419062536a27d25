/** The counter-example among the LSTMs over words: padded rows without packing. */
import type { Lstm } from "./lstm";
import { plainPass } from "./pass";
import { runLstm } from "./run";

/**
 * A plain `nn.LSTM` on padded rows: the mistake that packing prevents, kept as a counter-example and never a default. The
 * backward direction runs through the padding before it reaches the text, so the vectors of a text's last words depend on
 * how long its neighbours in the batch are; where all rows are equally long the fault hides.
 *
 * Measured against AllenNLP 2.10.1: forward direction equal, backward up to 0.43 off on valid words.
 */
export const naiveLstm: Lstm = (x, lengths, module, initial) => {
  const padded = lengths.map(() => x.shape[1]);
  return runLstm(x, padded, module, plainPass, initial).out;
};
