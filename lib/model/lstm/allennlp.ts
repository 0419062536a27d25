/** The LSTM over words with AllenNLP's rules for empty rows, in its plain and its stateful form. */
import * as tf from "@tensorflow/tfjs";
import type { Lstm } from "./lstm";
import type { LstmModule } from "./module";
import { plainPass } from "./pass";
import { type LstmStates, runLstm } from "./run";

/**
 * AllenNLP's `LstmSeq2SeqEncoder`, the layer of the paper's code: a row without words is a row of zeros, and the output is
 * as long as x. The readable twin of the fused layer.
 * @see allennlp/modules/seq2seq_encoders/pytorch_seq2seq_wrapper.py (2.10.1)
 * @throws Error where no row has a word: AllenNLP has nothing to pack then
 */
export const allenNlpLstm: Lstm = (x, lengths, module, initial) => {
  checkSomeWord(lengths);
  return runLstm(x, lengths, module, plainPass, initial).out;
};

/**
 * The same with `stateful=True`: every call begins with the states that the one before left, row by row. States are
 * detached: no gradient reaches back into an earlier call. A row without words keeps its state; a larger batch begins its
 * new rows at zero, a smaller one leaves the others' states alone.
 * @see allennlp/modules/encoder_base.py, `_get_initial_states` and `_update_states` (2.10.1)
 */
export class StatefulLstm {
  /** [layers * directions] of [B, H], as plain numbers: nothing of a graph or a tensor survives between calls. */
  private states?: { h: number[][][]; c: number[][][] };

  constructor(private readonly module: LstmModule) {}

  /**
   * @param x [B, W, I]
   * @param lengths [B]
   * @returns [B, W, directions * H]
   */
  run(x: tf.Tensor3D, lengths: readonly number[]): tf.Tensor3D {
    checkSomeWord(lengths);
    const { out, finalStates } = runLstm(x, lengths, this.module, plainPass, this.initial(lengths.length));
    if (!finalStates) throw new Error("the plain pass keeps its cells");
    const { h, c } = tf.tidy(() => finalStates());
    const update = (old: number[][][] | undefined, fresh: tf.Tensor3D) =>
      (fresh.arraySync() as number[][][]).map((rows, layer) => keepEmpty(old?.[layer] ?? [], rows, lengths));
    this.states = { h: update(this.states?.h, h), c: update(this.states?.c, c) };
    tf.dispose([h, c]);
    return out;
  }

  /** Forgets every row's state, or those of the rows given. */
  reset(rows?: readonly number[]): void {
    if (!rows || !this.states) {
      this.states = undefined;
      return;
    }
    for (const layer of [...this.states.h, ...this.states.c]) for (const row of rows) layer[row]?.fill(0);
  }

  private initial(B: number): LstmStates | undefined {
    if (!this.states) return undefined;
    const fit = (layers: number[][][]) =>
      tf.tensor3d(
        layers.map((rows) => Array.from({ length: B }, (_, b) => rows[b] ?? new Array<number>(rows[0].length).fill(0))),
      ); // [layers * directions, B, H]
    return { h: fit(this.states.h), c: fit(this.states.c) };
  }
}

/** New states of the rows that had words; the old ones, or zeros, of the others; rows beyond this batch stay. */
function keepEmpty(old: number[][], fresh: number[][], lengths: readonly number[]): number[][] {
  const rows = fresh.map((row, b) => (lengths[b] > 0 ? row : (old[b] ?? row)));
  return [...rows, ...old.slice(rows.length)];
}

function checkSomeWord(lengths: readonly number[]): void {
  if (lengths.every((length) => length === 0)) throw new Error("no row of the batch has a word");
}
