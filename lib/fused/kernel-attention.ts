/** Self-attention by the op of our own (backend/kernels/attention.cc), of BERT and, with what distances say, of DeBERTa. */
import * as tf from "@tensorflow/tfjs";
import { FLAG, kernelOp } from "../backend";
import { differentiable, takesGradient } from "./differentiable";
import type { Packing } from "./packing";

/** A part of the scores that the distance of two subwords has: content-position or position-content. */
export type PositionPart = "c2p" | "p2c";

/** What a distance says: the table of relative embeddings behind its projections. */
export interface Positions {
  /** [U, P H]: for each of the P parts the row's keys (c2p) or its queries, already divided as the content's are (p2c). */
  rows: tf.Tensor;
  /** In the order in which they stand in a row; at least one. */
  parts: readonly PositionPart[];
  /** The row of a distance i - j. */
  rowOf(delta: number): number;
}

/** Which probabilities stay, [B, h, T, T] or undefined = all, and what those are multiplied by. */
interface Kept {
  mask(): tf.Tensor | undefined;
  factor: number;
}

/**
 * Straight from the packed rows: nothing of size T x T is kept but the mask, and the gradient makes the probabilities anew.
 * @param qkv [N, 3 H]: query (already divided), key and value of every subword
 * @returns [N, H], the heads' weighted values side by side
 */
export function kernelAttention(
  qkv: tf.Tensor,
  packing: Packing,
  heads: number,
  kept: Kept,
  positions?: Positions,
): tf.Tensor {
  const tables = positions ? [positions.rows] : [];
  const common = positions ? FLAG.positions : 0;
  return differentiable([qkv, ...tables], () => {
    const layout = layoutOf(packing, heads, positions);
    const mask = kept.mask(); // [B, h, T, T]
    const masks = mask ? [mask] : [];
    const options = { masks, factor: mask ? kept.factor : 1 };
    const flags = common | (mask ? FLAG.mask : 0) | (takesGradient() ? FLAG.keeps : 0);
    const [context, logs] = kernelOp("Attention", { floats: [qkv, ...tables], ints: layout, flags, ...options }, 2); // [N, H], [N, h]
    return {
      value: context,
      saved: [qkv, context, logs, layout, ...tables, ...masks],
      gradient(dy, [qkv, context, logs, layout, ...rest]) {
        const [tables, masks] = [rest.slice(0, positions ? 1 : 0), rest.slice(positions ? 1 : 0)];
        const flags = common | (masks.length ? FLAG.mask : 0);
        const call = { ...options, floats: [dy, qkv, context, logs, ...tables], ints: layout, masks, flags };
        const [dQkv, dTable] = kernelOp("AttentionGradient", call, 2); // [N, 3 H], [U, P H]
        return positions ? [dQkv, dTable] : [dQkv];
      },
    };
  });
}

/** Heads, T, with positions the place of each part and the row of each distance, then the rows of each text. */
function layoutOf({ B, T, places }: Packing, heads: number, positions: Positions | undefined): tf.Tensor1D {
  const lengths = new Int32Array(B);
  for (const place of places) lengths[Math.floor(place / T)]++;
  const distances = positions
    ? [
        positions.parts.indexOf("c2p"),
        positions.parts.indexOf("p2c"),
        ...Array.from({ length: 2 * T - 1 }, (_, i) => positions.rowOf(i + 1 - T)),
      ]
    : [];
  return tf.tensor1d(Int32Array.of(heads, T, ...distances, ...lengths), "int32");
}
