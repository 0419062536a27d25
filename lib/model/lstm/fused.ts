/** The fast LSTM pass on the native backend: one op forward, and a hand-written backward pass. */
import * as tf from "@tensorflow/tfjs";
import { attribute, int64, nativeOp } from "../../backend";
import { derived } from "../../fused/derived";
import { differentiable } from "../../fused/differentiable";
import { columnSums } from "../../fused/native-ops";
import type { LstmPass, PassInput } from "./pass";

/**
 * TensorFlow's `BlockLSTMV2`: the whole sequence in one op instead of W small ones. Its gates are ordered i, f, g, o, as
 * PyTorch's are; its weight is [(I + H), 4H] and it has one bias, the sum of PyTorch's two, each of which receives the whole
 * gradient. Equal to `plainPass` to rounding; test/model/lstm.test.ts holds it so.
 */
export const fusedPass: LstmPass = (directions) => {
  const n = directions.length;
  const out = blockLstm(directions); // [n, W, B, H]
  const each = n === 1 ? [tf.squeeze(out, [0])] : tf.unstack(out); // n x [W, B, H]
  return each.map((h) => ({ h: tf.transpose(h, [1, 0, 2]) as tf.Tensor3D })); // [B, W, H]
};

const FLAGS = () => [attribute("use_peephole", "bool", false), attribute("T", "type", "float32")];

/** What the forward pass keeps of a direction, time first: gates i, f, g, o, cells c, tanh(c), outputs h, [W, B, H] each. */
const KEPT = ["x", "w", "h0", "c0", "i", "c", "f", "o", "g", "tanhC", "h"] as const;
type Kept = Record<(typeof KEPT)[number], tf.Tensor>;

/** @returns the outputs of all directions, [n, W, B, H] */
function blockLstm(directions: readonly PassInput[]): tf.Tensor {
  const inputs = directions.flatMap(({ x, weights, h0, c0 }) => [
    tf.transpose(x, [1, 0, 2]), // [W, B, I]
    derived("lstm", [weights.inputHidden, weights.hiddenHidden], () =>
      tf.concat([tf.transpose(weights.inputHidden), tf.transpose(weights.hiddenHidden)], 0),
    ), // [I + H, 4H]
    derived("lstm", [weights.biasInput, weights.biasHidden], () => tf.add(weights.biasInput, weights.biasHidden)), // [4H]
    h0,
    c0,
  ]);
  return differentiable(inputs, () => {
    const kept = directions.map((_, n): Kept => {
      const [x, w, b, h0, c0] = inputs.slice(5 * n, 5 * n + 5);
      const none = tf.zeros([h0.shape[1] as number]); // [H], the peepholes
      const given = [int64(x.shape[0]), x, c0, h0, w, none, none, none, b];
      const [i, c, f, o, g, tanhC, h] = nativeOp(
        "BlockLSTMV2",
        [attribute("cell_clip", "float", 0), ...FLAGS()],
        given,
        7,
      );
      return { x, w, h0, c0, i, c, f, o, g, tanhC, h };
    });
    return {
      value: tf.stack(kept.map(({ h }) => h)), // [n, W, B, H]
      saved: kept.flatMap((one) => KEPT.map((name) => one[name])),
      gradient(dy, saved) {
        const at = (n: number) =>
          Object.fromEntries(KEPT.map((name, k) => [name, saved[n * KEPT.length + k]])) as unknown as Kept;
        return lstmGradients(
          dy,
          directions.map((_, n) => at(n)),
        );
      },
    };
  });
}

/**
 * Backpropagation through time, all directions at once. In the loop stays only what depends on the step behind it; the
 * weights' gradients are products over all steps after it (`BlockLSTMGradV2` adds up a whole weight matrix at every step,
 * which takes four times as long).
 *
 * @param dy [n, W, B, H]
 * @returns the gradients of x, w, b, h0 and c0 of each direction
 */
function lstmGradients(dy: tf.Tensor, kept: readonly Kept[]): tf.Tensor[] {
  const n = kept.length;
  const [W, B, I] = kept[0].x.shape as [number, number, number];
  const H = kept[0].h0.shape[1] as number;
  const beside = (of: (one: Kept) => tf.Tensor) => steps(tf.concat(kept.map(of), 1)); // W x [n B, H]
  const [i, c, f, o, g, tanhC] = (["i", "c", "f", "o", "g", "tanhC"] as const).map((name) =>
    beside((one) => one[name]),
  );
  const dOut = steps(tf.reshape(tf.transpose(dy, [1, 0, 2, 3]), [W, n * B, H])); // W x [n B, H]
  const first = tf.concat(kept.map(({ c0 }) => c0)); // [n B, H]
  // The cell's op has its gates in the order i, g, f, o, and asks for inputs, weights and bias only to know their sizes.
  const reordered = kept.map(({ w }) => tf.transpose(gates(tf.slice(w, [I, 0], [H, 4 * H])))); // [4H, H] each
  const toHidden = tf.stack(reordered) as tf.Tensor3D; // [n, 4H, H]
  const sizes = [tf.zeros([n * B, 1]), tf.zeros([1 + H, 4 * H]), tf.zeros([H]), tf.zeros([4 * H])];
  const [noInput, noWeights, noPeephole, noBias] = sizes;
  let [dH, dC] = [tf.zerosLike(first), tf.zerosLike(first)]; // [n B, H] each
  const dGates: tf.Tensor[] = []; // W x [n B, 4H]
  for (let t = W - 1; t >= 0; t--) {
    const before = t > 0 ? c[t - 1] : first; // [n B, H]
    const peepholes = [noPeephole, noPeephole, noPeephole];
    const states = [i[t], c[t], f[t], o[t], g[t], tanhC[t], dC, tf.add(dOut[t], dH)];
    const inputs = [noInput, before, first, noWeights, ...peepholes, noBias, ...states];
    [dC, dGates[t]] = nativeOp("LSTMBlockCellGrad", FLAGS(), inputs, 5); // [n B, H], [n B, 4H]
    dH = tf.reshape(tf.matMul(tf.reshape(dGates[t], [n, B, 4 * H]), toHidden), [n * B, H]); // [n B, H]
  }
  const all = tf.reshape(gates(tf.concat(dGates, 0)), [W, n, B, 4 * H]); // [W, n, B, 4H]
  return kept.flatMap((one, k) => {
    const d = tf.reshape(tf.slice(all, [0, k, 0, 0], [W, 1, B, 4 * H]), [W * B, 4 * H]) as tf.Tensor2D; // [W B, 4H]
    const previous = tf.concat([tf.expandDims(one.h0, 0), tf.slice(one.h, [0, 0, 0], [W - 1, B, H])], 0); // [W, B, H]
    const inputs = tf.reshape(tf.concat([one.x, previous], 2), [W * B, I + H]) as tf.Tensor2D; // [W B, I + H]
    const inputWeights = tf.slice(one.w as tf.Tensor2D, [0, 0], [I, 4 * H]); // [I, 4H]
    const dX = tf.reshape(tf.matMul(d, inputWeights, false, true), [W, B, I]); // [W, B, I]
    const ofDirection = (state: tf.Tensor) => tf.slice(state, [k * B, 0], [B, H]); // [B, H]
    return [dX, tf.matMul(inputs, d, true), columnSums(d), ofDirection(dH), ofDirection(dC)];
  });
}

/** Columns of the gates i, f, g, o <-> i, g, f, o. x: [N, 4H] */
function gates(x: tf.Tensor): tf.Tensor {
  const [first, second, third, fourth] = tf.split(x as tf.Tensor2D, 4, 1);
  return tf.concat([first, third, second, fourth], 1);
}

/** [W, N, F] -> W x [N, F]; the native backend's unstack of one step returns no list. */
function steps(x: tf.Tensor): tf.Tensor[] {
  return x.shape[0] === 1 ? [tf.squeeze(x, [0])] : tf.unstack(x);
}
