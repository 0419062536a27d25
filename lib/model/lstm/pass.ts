/** One direction of an LSTM layer: the interface of a pass, and its plain form, word after word. */
import * as tf from "@tensorflow/tfjs";
import { affine } from "../../encoder/layers";
import type { LstmWeights } from "./module";

/** What one direction computed, for every word. */
export interface PassOutput {
  /** [B, W, H] */
  h: tf.Tensor3D;
  /** The cell states [B, W, H], where the pass keeps them. */
  cells?(): tf.Tensor3D;
}

/** What one direction is given. Rows are left-aligned, not masked. */
export interface PassInput {
  /** [B, W, I] */
  x: tf.Tensor3D;
  weights: LstmWeights;
  /** The states before the first word, [B, H] each. */
  h0: tf.Tensor2D;
  c0: tf.Tensor2D;
}

/** Runs the directions of a layer, each on its own. */
export type LstmPass = (directions: readonly PassInput[]) => PassOutput[];

/**
 * The readable twin of the fused pass, the equations as PyTorch's manual has them:
 *
 *     i, f, g, o = split(W_ih x_t + b_ih + W_hh h + b_hh)
 *     c = σ(f) c + σ(i) tanh(g)        h = σ(o) tanh(c)
 */
export const plainPass: LstmPass = (directions) => directions.map(plainDirection);

function plainDirection({ x, weights, h0, c0 }: PassInput): PassOutput {
  const inputGates = affine(x, weights.inputHidden, weights.biasInput); // [B, W, 4H]
  let h = h0; // [B, H]
  let c = c0; // [B, H]
  // The native backend's unstack of one step returns no list.
  const steps = x.shape[1] === 1 ? [tf.squeeze(inputGates, [1])] : tf.unstack(inputGates, 1); // W x [B, 4H]
  const cells: tf.Tensor2D[] = [];
  const outputs = steps.map((step) => {
    const gates = tf.add(step, affine(h, weights.hiddenHidden, weights.biasHidden)); // [B, 4H]
    const [i, f, g, o] = tf.split(gates, 4, 1); // [B, H] each
    c = tf.add(tf.mul(tf.sigmoid(f), c), tf.mul(tf.sigmoid(i), tf.tanh(g)));
    h = tf.mul(tf.sigmoid(o), tf.tanh(c));
    cells.push(c);
    return h;
  });
  return { h: tf.stack(outputs, 1) as tf.Tensor3D, cells: () => tf.stack(cells, 1) as tf.Tensor3D }; // [B, W, H]
}
