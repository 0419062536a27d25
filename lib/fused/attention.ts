/** Self-attention of the fast encoder: how packed subwords are laid out by head, and the op with its own gradient. */
import * as tf from "@tensorflow/tfjs";
import { hasKernels } from "../backend";
import { differentiable } from "./differentiable";
import type { Dropout } from "./dropout";
import { kernelAttention } from "./kernel-attention";
import { where } from "./native-ops";
import type { Packing } from "./packing";
import { matMulTransposed } from "./products";
import { gatherRows } from "./rows";

/** Which rows of width d stand where when packed subwords are laid out by head, and back. h heads, N rows. */
export interface HeadLayout {
  /** [3 B h T], rows of [N 3 h, d]; padding repeats row 0. */
  toHeads: Int32Array;
  /** [N h], rows of [B h T, d] */
  fromHeads: Int32Array;
  /** [B h T], rows of [N h, d]; padding repeats row 0. */
  contextToHeads: Int32Array;
  /** [N 3 h], rows of [3 B h T, d] */
  gradientToRows: Int32Array;
  /** [B, T] of 0 and, for padding, -1e30. */
  mask: Float32Array;
  /** [B, T] of 1 and, for padding, 0. */
  present: Float32Array;
}

/** The layout of a packing for so many heads; made once for all layers. */
export function headLayout(packing: Packing, heads: number): HeadLayout {
  const layout = layouts.get(packing) ?? layOut(packing, heads);
  layouts.set(packing, layout);
  return layout;
}

const layouts = new WeakMap<Packing, HeadLayout>();

function layOut({ B, T, N, places, rows }: Packing, h: number): HeadLayout {
  const placed = B * h * T;
  const toHeads = new Int32Array(3 * placed);
  const contextToHeads = new Int32Array(placed);
  const fromHeads = new Int32Array(N * h);
  // The last place of the first text is padding, through which no gradient comes: it serves the copied rows.
  const gradientToRows = new Int32Array(N * 3 * h).fill(T - 1);
  places.forEach((place, n) => {
    const [b, t] = [Math.floor(place / T), place % T];
    for (let head = 0; head < h; head++) {
      const at = (b * h + head) * T + t;
      fromHeads[n * h + head] = at;
      contextToHeads[at] = n * h + head;
      for (let part = 0; part < 3; part++) {
        const row = (n * 3 + part) * h + head;
        toHeads[part * placed + at] = row;
        gradientToRows[row] = part * placed + at;
      }
    }
  });
  const mask = Float32Array.from(rows, (row) => (row < 0 ? -1e30 : 0));
  const present = Float32Array.from(rows, (row) => (row < 0 ? 0 : 1));
  return { toHeads, fromHeads, contextToHeads, gradientToRows, mask, present };
}

/**
 * Self-attention of packed subwords, with the gradient of Dao et al. 2022 (FlashAttention, appendix B.2): with O = P' V,
 * the softmax's row sums Σ_j dP_ij P_ij are those of dO O, which is T / d times smaller than P.
 *
 *     dV = P'ᵀ dO     dS = P' (dO Vᵀ) - P Σ dO O     dQ = dS K     dK = dSᵀ Q      P' = P behind dropout
 *
 * @param qkv [N, 3 H]: query (already divided by √d), key and value of every subword
 * @returns [N, H], the heads' weighted values side by side
 */
export function packedAttention(qkv: tf.Tensor, packing: Packing, heads: number, drop: Drop): tf.Tensor {
  if (!hasKernels()) return laidOutAttention(qkv, packing, heads, drop);
  const { B, T } = packing;
  return kernelAttention(qkv, packing, heads, {
    factor: 1 / (1 - drop.rate),
    mask: () => drop.dropout.keep([B, heads, T, T], drop.rate, drop.site), // [B, h, T, T]
  });
}

/** Where dropout falls on the probabilities, and how much. */
export interface Drop {
  dropout: Dropout;
  rate: number;
  site: string;
}

/** By TensorFlow's own ops, on rows laid out by head. */
function laidOutAttention(qkv: tf.Tensor, packing: Packing, heads: number, drop: Drop): tf.Tensor {
  const layout = headLayout(packing, heads);
  const { B, T } = packing;
  const [N, width] = qkv.shape as [number, number];
  const H = width / 3;
  const d = H / heads;
  const byHead = (rows: tf.Tensor, index: Int32Array) => gatherRows(tf.reshape(rows, [-1, d]), index);
  return differentiable([qkv], () => {
    const parts = tf.reshape(byHead(qkv, layout.toHeads), [3, B, heads, T, d]); // [3, B, h, T, d]
    const [query, key, value] = tf.unstack(parts); // [B, h, T, d] each
    const products = matMulTransposed(query, key); // [B, h, T, T]
    const scores = tf.add(products, tf.tensor4d(layout.mask, [B, 1, 1, T])); // [B, h, T, T]
    const probabilities = tf.softmax(scores); // [B, h, T, T]
    const kept = drop.dropout.keep(probabilities.shape, drop.rate, drop.site); // [B, h, T, T]
    const factor = kept ? 1 / (1 - drop.rate) : 1;
    const weights = kept ? where(kept, probabilities) : probabilities; // [B, h, T, T]
    const product = tf.matMul(weights, value); // [B, h, T, d]
    const context = kept ? tf.mul(product, factor) : product; // [B, h, T, d]
    return {
      value: tf.reshape(byHead(context, layout.fromHeads), [N, H]), // [N, H]
      saved: [query, key, value, probabilities, weights, context],
      gradient(dy, [query, key, value, probabilities, weights, context]) {
        const laid = tf.reshape(byHead(dy, layout.contextToHeads), [B, heads, T, d]); // [B, h, T, d]
        // Padding repeats a row of another place: nothing may come from it.
        const real = tf.mul(laid, tf.tensor4d(layout.present, [B, 1, T, 1])); // [B, h, T, d]
        const dContext = factor === 1 ? real : tf.mul(real, factor); // [B, h, T, d]
        const dValue = tf.matMul(weights, dContext, true); // [B, h, T, d]
        const dWeights = matMulTransposed(dContext, value); // [B, h, T, T]
        const rowSums = tf.sum(tf.mul(real, context), -1, true); // [B, h, T, 1]
        const dScores = tf.sub(tf.mul(weights, dWeights), tf.mul(probabilities, rowSums)); // [B, h, T, T]
        const dQuery = tf.matMul(dScores, key); // [B, h, T, d]
        const dKey = tf.matMul(dScores, query, true); // [B, h, T, d]
        const all = tf.stack([dQuery, dKey, dValue]); // [3, B, h, T, d]
        return [tf.reshape(byHead(all, layout.gradientToRows), [N, 3 * H])];
      },
    };
  });
}
