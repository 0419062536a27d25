import * as tf from "@tensorflow/tfjs";
import { attribute, int64, nativeOp } from "../../backend";
import type { LstmPass } from "./pass";

/**
 * TensorFlow's `BlockLSTMV2`: the whole sequence in one op, forward and backward, instead of W small ones. Its gates are
 * ordered i, f, c, o, which is PyTorch's i, f, g, o; its weight is [(I + H), 4H] and it has one bias, the sum of PyTorch's
 * two, each of which receives the whole gradient. Equal to `plainPass` to rounding; test/model/lstm.test.ts
 * holds it so.
 */
export const fusedPass: LstmPass = (x, weights, h0, c0) => {
  const w = tf.concat([tf.transpose(weights.inputHidden), tf.transpose(weights.hiddenHidden)], 0); // [I + H, 4H]
  const b = tf.add(weights.biasInput, weights.biasHidden); // [4H]
  const timeMajor = tf.transpose(x, [1, 0, 2]); // [W, B, I]
  const out = blockLstm(timeMajor, w, b, h0, c0) as tf.Tensor3D; // [W, B, H]
  return { h: tf.transpose(out, [1, 0, 2]) }; // [B, W, H]
};

const attributes = (extra: ReturnType<typeof attribute>[]) => [
  ...extra,
  attribute("use_peephole", "bool", false),
  attribute("T", "type", "float32"),
];

/** Inputs of the custom gradient: x [W, B, I], w [I + H, 4H], b [4H], h0 [B, H], c0 [B, H]. */
const blockLstm = tf.customGrad((...args) => {
  const save = args[args.length - 1] as tf.GradSaveFunc;
  const [x, w, b, h0, c0] = args as tf.Tensor[];
  const steps = int64(x.shape[0]);
  const peephole = tf.zeros([h0.shape[1] as number]); // [H], unused without peepholes
  const inputs = [steps, x, c0, h0, w, peephole, peephole, peephole, b];
  const outputs = nativeOp("BlockLSTMV2", attributes([attribute("cell_clip", "float", 0)]), inputs, 7);
  const h = outputs[6]; // [W, B, H]
  save([x, w, b, h0, c0, peephole, ...outputs]);
  const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
    const [x, w, b, h0, c0, peephole, ...outputs] = saved;
    const inputs = [int64(x.shape[0]), x, c0, h0, w, peephole, peephole, peephole, b, ...outputs, tf.zerosLike(dy), dy];
    const [dx, dc0, dh0, dw, , , , db] = nativeOp("BlockLSTMGradV2", attributes([]), inputs, 8);
    return [dx, dw, db, dh0, dc0];
  };
  return { value: h, gradFunc };
});
