/** Stacks an LSTM's layers and directions around any pass: masks, reversal and final states. */
import * as tf from "@tensorflow/tfjs";
import { directionWeights, type LstmModule } from "./module";
import type { LstmPass, PassOutput } from "./pass";

/** Hidden and cell states, [layers * directions, B, H] each, ordered like PyTorch's: by layer, then direction. */
export type LstmStates = {
  h: tf.Tensor3D;
  c: tf.Tensor3D;
};

/** Outputs of all words, and the states after each row's last word where the pass keeps its cells. */
export interface LstmRun {
  /** [B, W, directions * H], zero past the end of a row */
  out: tf.Tensor3D;
  finalStates?(): LstmStates;
}

/**
 * All layers and directions over rows of these lengths. The backward direction starts at each row's own last word; what
 * lies past it is neither read nor written, and a row without words is a row of zeros.
 * @param x [B, W, I]
 * @param lengths [B], at most W each
 * @param initial zero where absent
 */
export function runLstm(
  x: tf.Tensor3D,
  lengths: readonly number[],
  module: LstmModule,
  pass: LstmPass,
  initial?: LstmStates,
): LstmRun {
  const [B, W] = x.shape;
  const directions = module.bidirectional ? 2 : 1;
  const mask = tf.tensor3d(lengthMask(lengths, W), [B, W, 1]); // [B, W, 1]
  const reversal = reversalIndex(lengths, W); // [B * W]
  const passes: PassOutput[] = [];
  let layerInput = x; // [B, W, I]
  for (let layer = 0; layer < module.layers; layer++) {
    const done = pass(
      Array.from({ length: directions }, (_, direction) => {
        const weights = directionWeights(module, layer, direction);
        const H = weights.hiddenHidden.shape[1];
        const state = (states?: tf.Tensor3D) => stateAt(states, layer * directions + direction, B, H); // [B, H]
        const x = direction ? reverseRows(layerInput, reversal) : layerInput; // [B, W, I]
        return { x, weights, h0: state(initial?.h), c0: state(initial?.c) };
      }),
    );
    passes.push(...done);
    const outputs = done.map(({ h }, direction) => (direction ? reverseRows(h, reversal) : h)); // [B, W, H] each
    const joined = outputs.length > 1 ? tf.concat(outputs, 2) : outputs[0]; // [B, W, directions * H]
    layerInput = tf.mul(joined, mask); // [B, W, directions * H]
  }
  const complete = passes.every(({ cells }) => cells);
  return { out: layerInput, finalStates: complete ? () => finalStates(passes, lengths) : undefined };
}

/** Each row's states after its last word (the backward direction's last is its first); zeros of a row without words. */
function finalStates(passes: readonly PassOutput[], lengths: readonly number[]): LstmStates {
  const last = (all: tf.Tensor3D) => {
    const [B, W, H] = all.shape;
    const at = Int32Array.from(lengths, (length, b) => b * W + Math.max(length, 1) - 1);
    const present = tf.tensor2d(
      Float32Array.from(lengths, (length) => (length > 0 ? 1 : 0)),
      [B, 1],
    ); // [B, 1]
    return tf.mul(tf.gather(tf.reshape(all, [B * W, H]), tf.tensor1d(at, "int32")), present); // [B, H]
  };
  const cells = passes.flatMap((pass) => (pass.cells ? [pass.cells()] : []));
  return {
    h: tf.stack(passes.map(({ h }) => last(h))) as tf.Tensor3D, // [layers * directions, B, H]
    c: tf.stack(cells.map(last)) as tf.Tensor3D, // [layers * directions, B, H]
  };
}

function stateAt(states: tf.Tensor3D | undefined, index: number, B: number, H: number): tf.Tensor2D {
  if (!states) return tf.zeros([B, H]);
  return tf.reshape(tf.slice(states, [index, 0, 0], [1, B, H]), [B, H]); // [B, H]
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
