import * as tf from "@tensorflow/tfjs";
import { isNative } from "../backend";
import { affine } from "../encoder/layers";
import type { Parameters, Shapes } from "../weights/parameters";
import { fusedLstmPass } from "./lstm-fused";

/**
 * The BiLSTM over the words of the text (absent from the paper, present in every public version of the code).
 *
 * Semantics of PyTorch's packed sequences, hence of AllenNLP's `LstmSeq2SeqEncoder` and of GLiNER's rewrite: the backward
 * direction starts at each row's own last word, outputs past the end are zero, a row without words is a row of zeros.
 * B texts, W words, I input width, H hidden width per direction. Gate order i, f, g, o.
 */
export interface LstmOptions {
  layers: number;
  bidirectional: boolean;
  /** Words per row. */
  lengths: readonly number[];
  /** Initial states [layers * directions, B, H]; zero where absent. */
  initial?: { h: tf.Tensor3D; c: tf.Tensor3D };
  /** "fused" = TensorFlow's BlockLSTM, "plain" = one step after the other; fused where the backend has it. */
  implementation?: "fused" | "plain";
}

/** One direction's weights in PyTorch's layout: [4H, I], [4H, H], [4H], [4H]. */
export interface LstmWeights {
  inputHidden: tf.Tensor2D;
  hiddenHidden: tf.Tensor2D;
  biasInput: tf.Tensor1D;
  biasHidden: tf.Tensor1D;
}

/** Runs one direction over [B, W, I] from the states [B, H]; returns [B, W, H]. Rows are left-aligned, not masked. */
export type LstmPass = (x: tf.Tensor3D, weights: LstmWeights, h0: tf.Tensor2D, c0: tf.Tensor2D) => tf.Tensor3D;

/** Declares `nn.LSTM(inputs, hidden, layers, bidirectional)`; both biases are kept, as AdamW moves each on its own. */
export function lstmShapes(
  shapes: Shapes,
  prefix: string,
  inputs: number,
  hidden: number,
  layers: number,
  bidirectional: boolean,
): void {
  const directions = bidirectional ? 2 : 1;
  for (let layer = 0; layer < layers; layer++)
    for (let direction = 0; direction < directions; direction++) {
      const suffix = `_l${layer}${direction ? "_reverse" : ""}`;
      shapes.set(`${prefix}.weight_ih${suffix}`, [4 * hidden, layer === 0 ? inputs : hidden * directions]);
      shapes.set(`${prefix}.weight_hh${suffix}`, [4 * hidden, hidden]);
      shapes.set(`${prefix}.bias_ih${suffix}`, [4 * hidden]);
      shapes.set(`${prefix}.bias_hh${suffix}`, [4 * hidden]);
    }
}

/**
 * @param x [B, W, I]
 * @returns [B, W, directions * H]
 */
export function lstm(x: tf.Tensor3D, parameters: Parameters, prefix: string, options: LstmOptions): tf.Tensor3D {
  const { lengths, layers, bidirectional, initial } = options;
  const [B, W] = x.shape;
  const fused = (options.implementation ?? (isNative() ? "fused" : "plain")) === "fused";
  const pass = fused ? fusedLstmPass : plainLstmPass;
  const mask = tf.tensor3d(lengthMask(lengths, W), [B, W, 1]); // [B, W, 1]
  const reversal = bidirectional ? reversalIndex(lengths, W) : undefined; // [B * W]
  let layerInput = x; // [B, W, I]
  for (let layer = 0; layer < layers; layer++) {
    const outputs: tf.Tensor3D[] = [];
    for (let direction = 0; direction < (bidirectional ? 2 : 1); direction++) {
      const weights = directionWeights(parameters, prefix, `_l${layer}${direction ? "_reverse" : ""}`);
      const state = initialState(weights, B, initial, layer * (bidirectional ? 2 : 1) + direction);
      const oriented = direction && reversal ? reverseRows(layerInput, reversal) : layerInput; // [B, W, I]
      const out = pass(oriented, weights, state.h, state.c); // [B, W, H]
      outputs.push(direction && reversal ? reverseRows(out, reversal) : out);
    }
    const joined = outputs.length > 1 ? tf.concat(outputs, 2) : outputs[0]; // [B, W, directions * H]
    layerInput = tf.mul(joined, mask); // [B, W, directions * H]
  }
  return layerInput;
}

/**
 * The readable twin of the fused pass, the equations as PyTorch's manual has them:
 *
 *     i, f, g, o = split(W_ih x_t + b_ih + W_hh h + b_hh)
 *     c = σ(f) c + σ(i) tanh(g)        h = σ(o) tanh(c)
 */
export const plainLstmPass: LstmPass = (x, weights, h0, c0) => {
  const inputGates = affine(x, weights.inputHidden, weights.biasInput); // [B, W, 4H]
  let h = h0; // [B, H]
  let c = c0; // [B, H]
  // The native backend's unstack of one step returns no list.
  const steps = x.shape[1] === 1 ? [tf.squeeze(inputGates, [1])] : tf.unstack(inputGates, 1); // W x [B, 4H]
  const outputs = steps.map((step) => {
    const gates = tf.add(step, affine(h, weights.hiddenHidden, weights.biasHidden)); // [B, 4H]
    const [i, f, g, o] = tf.split(gates, 4, 1); // [B, H] each
    c = tf.add(tf.mul(tf.sigmoid(f), c), tf.mul(tf.sigmoid(i), tf.tanh(g)));
    h = tf.mul(tf.sigmoid(o), tf.tanh(c));
    return h;
  });
  return tf.stack(outputs, 1) as tf.Tensor3D; // [B, W, H]
};

function directionWeights(parameters: Parameters, prefix: string, suffix: string): LstmWeights {
  return {
    inputHidden: parameters.get(`${prefix}.weight_ih${suffix}`) as tf.Tensor as tf.Tensor2D,
    hiddenHidden: parameters.get(`${prefix}.weight_hh${suffix}`) as tf.Tensor as tf.Tensor2D,
    biasInput: parameters.get(`${prefix}.bias_ih${suffix}`) as tf.Tensor as tf.Tensor1D,
    biasHidden: parameters.get(`${prefix}.bias_hh${suffix}`) as tf.Tensor as tf.Tensor1D,
  };
}

function initialState(weights: LstmWeights, B: number, initial: LstmOptions["initial"], index: number) {
  const H = weights.hiddenHidden.shape[1];
  const pick = (states: tf.Tensor3D) => tf.reshape(tf.slice(states, [index, 0, 0], [1, B, H]), [B, H]) as tf.Tensor2D;
  if (initial) return { h: pick(initial.h), c: pick(initial.c) };
  const zero = tf.zeros([B, H]) as tf.Tensor2D;
  return { h: zero, c: zero };
}

function lengthMask(lengths: readonly number[], W: number): Float32Array {
  const mask = new Float32Array(lengths.length * W);
  lengths.forEach((length, b) => {
    mask.fill(1, b * W, b * W + Math.min(length, W));
  });
  return mask;
}

/** Flat row indices that turn each row's first `length` words round and leave the padding in place. */
function reversalIndex(lengths: readonly number[], W: number): Int32Array {
  const index = new Int32Array(lengths.length * W);
  lengths.forEach((length, b) => {
    for (let w = 0; w < W; w++) index[b * W + w] = b * W + (w < length ? length - 1 - w : w);
  });
  return index;
}

/** Reversing is its own inverse, so the gradient is the same gather instead of a scatter. x: [B, W, I] */
function reverseRows(x: tf.Tensor3D, index: Int32Array): tf.Tensor3D {
  const turn = (t: tf.Tensor) =>
    tf.reshape(tf.gather(tf.reshape(t, [-1, t.shape[2] as number]), tf.tensor1d(index, "int32")), t.shape);
  const op = tf.customGrad((t) => ({ value: turn(t as tf.Tensor), gradFunc: (dy: tf.Tensor) => turn(dy) }));
  return op(x) as tf.Tensor3D;
}
