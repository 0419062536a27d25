/** The LSTM over words by the op of our own (backend/kernels/lstm.cc): a layer's directions at once, no step on padding. */
import * as tf from "@tensorflow/tfjs";
import { FLAG, kernelOp } from "../../backend";
import { affineAtInference } from "../../fused/affine";
import { differentiable, takesGradient } from "../../fused/differentiable";
import { columnSums } from "../../fused/native-ops";
import { multiply } from "../../fused/products";
import { directionWeights, type LstmModule, type LstmWeights } from "./module";

/**
 * All layers from zero states; equal to `runLstm` with `plainPass` to rounding.
 * @param x [B, W, I]
 * @param lengths [B], at most W each
 * @returns [B, W, directions * H], zero past the end of a row
 */
export function kernelLstm(x: tf.Tensor3D, lengths: readonly number[], module: LstmModule): tf.Tensor3D {
  const [B, W] = x.shape;
  const texts = Int32Array.from(lengths.flatMap((length, b) => [b * W, Math.min(length, W)]));
  const directions = module.bidirectional ? [0, 1] : [0];
  let rows: tf.Tensor = tf.reshape(x, [B * W, x.shape[2]]); // [B W, I]
  for (let layer = 0; layer < module.layers; layer++) {
    const weights = directions.map((direction) => directionWeights(module, layer, direction));
    rows = layerRows(rows, weights, texts); // [B W, directions * H]
  }
  return tf.reshape(rows, [B, W, rows.shape[1] as number]); // [B, W, directions * H]
}

/**
 * One layer. The gradients of the weights are products over all steps of what the op gives: dG of the gates, and the output h a
 * step before.
 *
 *     dW_ih = dGᵀ x     dW_hh = dGᵀ h     db = Σ dG     dx = Σ over directions of dG W_ih
 *
 * @param x [N, I]
 * @param texts start and length of each
 * @returns [N, directions * H]
 */
function layerRows(x: tf.Tensor, weights: readonly LstmWeights[], texts: Int32Array): tf.Tensor {
  const of = weights.flatMap(({ inputHidden, hiddenHidden, biasInput, biasHidden }) => [
    ...[inputHidden, hiddenHidden, biasInput, biasHidden],
  ]);
  return differentiable([x, ...of], () => {
    const ints = tf.tensor1d(texts, "int32");
    const floats = weights.flatMap(({ inputHidden, hiddenHidden, biasInput, biasHidden }) => {
      const gates = affineAtInference(x, inputHidden) ?? multiply(x, inputHidden, { b: true }); // [N, 4H]
      return [gates, hiddenHidden, biasInput, biasHidden];
    });
    const [out, gates, cells] = kernelOp("Lstm", { floats, ints, flags: takesGradient() ? FLAG.keeps : 0 }, 3); // [N, directions * H]
    return {
      value: out,
      saved: [
        x,
        out,
        gates,
        cells,
        ints,
        ...weights.map((own) => own.inputHidden),
        ...weights.map((own) => own.hiddenHidden),
      ],
      gradient(dy, [x, out, gates, cells, ints, ...saved]) {
        const inputs = saved.slice(0, weights.length) as tf.Tensor2D[]; // [4H, I] each
        const hidden = saved.slice(weights.length); // [4H, H] each
        const found = kernelOp("LstmGradient", { floats: [dy, out, gates, cells, ...hidden], ints }, 4);
        const dX: tf.Tensor[] = []; // [N, I] of each direction
        const dWeights = inputs.flatMap((input, d) => {
          const [dGates, before] = found.slice(2 * d, 2 * d + 2) as tf.Tensor2D[]; // [N, 4H], [N, H]
          dX.push(multiply(dGates, input)); // [N, I]
          const dBias = columnSums(dGates); // [4H]
          const products = [x as tf.Tensor2D, before].map((rows) => multiply(dGates, rows, { a: true })); // [4H, I], [4H, H]
          return [...products, dBias, tf.clone(dBias)];
        });
        return [dX.length > 1 ? tf.add(dX[0], dX[1]) : dX[0], ...dWeights];
      },
    };
  });
}
