/** The LSTM over words with PyTorch's packing, the head's layer between pooled words and spans. */
import * as tf from "@tensorflow/tfjs";
import { UserError } from "../../errors";
import type { Lstm } from "./lstm";
import { plainPass } from "./pass";
import { runLstm } from "./run";

/**
 * GLiNER's own layer: `pack_padded_sequence`, `nn.LSTM`, `pad_packed_sequence` without a total length. What sets it apart
 * from AllenNLP's: a row without words is an error, and the output ends at the longest row, however long x is. (Models
 * since 0.2.23 pad it back to the words of the batch.)
 * @see gliner/modeling/layers.py, LstmSeq2SeqEncoder (0.2.29)
 * @throws UserError where a row has no words
 */
export const packedLstm: Lstm = (x, lengths, module, initial) => {
  const empty = lengths.findIndex((length) => length <= 0);
  if (empty >= 0)
    throw new UserError(
      `row ${empty} of the batch has ${lengths[empty]} words; packing wants at least 1 in every row (GLiNER reads an empty text as the word "[PAD]").`,
    );
  const { out } = runLstm(x, lengths, module, plainPass, initial); // [B, W, directions * H]
  return tf.slice(out, [0, 0, 0], [-1, Math.min(Math.max(...lengths), x.shape[1]), -1]); // [B, longest, directions * H]
};
