/** Where the fast DeBERTa gets a layer's relative positions from: the rows of the table in use, projected once a layer. */
import * as tf from "@tensorflow/tfjs";
import { affineRows } from "../fused/affine";
import { derived } from "../fused/derived";
import { takesGradient } from "../fused/differentiable";
import { noDropout } from "../fused/dropout";
import type { PositionPart, Positions } from "../fused/kernel-attention";
import type { DebertaConfig } from "./config";
import type { EncoderParts } from "./input";
import { layerNorm } from "./layers";
import { positionRow, positionRows } from "./relative-position";

type Parts = EncoderParts<DebertaConfig>;

/** The relative embeddings, [to - from, H] of them; by default all R. */
export function relativeTable(
  { parameters: p, prefix, config }: Parts,
  from = 0,
  to = positionRows(config),
): tf.Tensor2D {
  const weight = p.get(`${prefix}encoder.rel_embeddings.weight`); // [R, H]
  const own = to - from < weight.shape[0] ? tf.slice(weight, [from, 0], [to - from, config.hidden_size]) : weight; // [U, H]
  if (!config.norm_rel_ebd.includes("layer_norm")) return own as tf.Tensor2D;
  return layerNorm(own, p, `${prefix}encoder.LayerNorm`, config.layer_norm_eps) as tf.Tensor2D; // [U, H]
}

/** The parts of the position that attention scores have. */
export const positionParts = ({ pos_att_type: types }: DebertaConfig): PositionPart[] =>
  (["c2p", "p2c"] as const).filter((part) => types.includes(part));

/** The relative embeddings as all layers share them. */
export interface Distances {
  /** The row of a distance i - j in the layers' projections. */
  rowOf(delta: number): number;
  /** [U, H]: the rows that texts of this length use; undefined where only weights go into a layer's projections. */
  rows?: tf.Tensor2D;
  /** All rows, [R, H], and the weights that they are made of. */
  table(): tf.Tensor2D;
  weights: tf.Tensor[];
}

/**
 * @param T longest text, in subwords
 * @returns undefined where attention knows no positions
 */
export function distancesOf(T: number, input: Parts): Distances | undefined {
  const { parameters: p, prefix, config, dropout } = input;
  if (!config.relative_attention || positionParts(config).length === 0) return undefined;
  const names = [`${prefix}encoder.rel_embeddings.weight`];
  if (config.norm_rel_ebd.includes("layer_norm"))
    names.push(`${prefix}encoder.LayerNorm.weight`, `${prefix}encoder.LayerNorm.bias`);
  const shared = { weights: names.map((name) => p.get(name)), table: () => relativeTable(input) };
  const fixed = dropout === noDropout && !takesGradient();
  if (fixed) return { ...shared, rowOf: (delta) => positionRow(delta, config) };
  const [from, to] = [positionRow(1 - T, config), positionRow(T - 1, config)];
  return { ...shared, rows: relativeTable(input, from, to + 1), rowOf: (delta) => positionRow(delta, config) - from };
}

/**
 * The table's rows behind a layer's projections, all of them in one product; where nothing but weights goes into them, they
 * are made once for all texts.
 * @param scale of the content's queries, which the position's share
 */
export function positionsOf({ rowOf, rows, table, weights }: Distances, scale: number, parts: Parts): Positions {
  const { parameters: p, prefix: layer, config, dropout } = parts;
  const place = `${layer}attention.self.`;
  const kinds = positionParts(config);
  const shared = config.share_att_key;
  const names = { c2p: shared ? "key_proj" : "pos_key_proj", p2c: shared ? "query_proj" : "pos_query_proj" };
  const own = (kind: "weight" | "bias") => kinds.map((part) => p.get(`${place}${names[part]}.${kind}`));
  const all = (kind: "weight" | "bias") => {
    const scaled = own(kind).map((tensor, i) => (kinds[i] === "p2c" ? tf.mul(tensor, scale) : tensor));
    return tf.concat(scaled, 0); // [P H, H] or [P H]
  };
  const project = (of: tf.Tensor) => affineRows(of, all("weight"), all("bias")); // [U, P H]
  if (rows) {
    const dropped = dropout(rows, config.hidden_dropout_prob, `${place}pos`); // [U, H]
    return { rows: project(dropped), parts: kinds, rowOf };
  }
  const from = [...own("weight"), ...own("bias"), ...weights];
  return { rows: derived("positions", from, () => tf.tidy(() => project(table()))), parts: kinds, rowOf };
}
