/** What BERT, DeBERTa and MPNet have in common: everything in a layer but how attention scores are made. */
import * as tf from "@tensorflow/tfjs";
import { affineGelu, affineNorm, affineRows } from "../fused/affine";
import type { Shapes } from "../weights/shapes";
import type { EncoderConfig } from "./config";
import type { EncoderParts } from "./input";
import { activation, layerNormShapes, linearShapes } from "./layers";

/** What a checkpoint calls the two steps behind the heads; the rest has one name everywhere. */
export interface AttentionOutput {
  dense: string;
  norm: string;
}

const BERTS: AttentionOutput = { dense: "attention.output.dense", norm: "attention.output.LayerNorm" };

/** Declares a layer's tensors but its attention's projections. */
export function transformerLayerShapes(shapes: Shapes, layer: string, config: EncoderConfig, names = BERTS): void {
  const { hidden_size: H, intermediate_size: I } = config;
  linearShapes(shapes, `${layer}${names.dense}`, H, H);
  layerNormShapes(shapes, `${layer}${names.norm}`, H);
  linearShapes(shapes, `${layer}intermediate.dense`, H, I);
  linearShapes(shapes, `${layer}output.dense`, I, H);
  layerNormShapes(shapes, `${layer}output.LayerNorm`, H);
}

/**
 * What follows the attention in a layer: its output added to x, the feed-forward part added to that, a norm after each.
 * @param context the heads' weighted values side by side, [B, T, H] or [N, H]
 * @param x the layer's input, [B, T, H] or [N, H]
 * @returns [B, T, H] or [N, H]
 */
export function afterAttention(context: tf.Tensor, x: tf.Tensor, parts: EncoderParts, names = BERTS): tf.Tensor {
  const { parameters: p, prefix: layer, config, dropout } = parts;
  const of = (place: string) => [p.get(`${layer}${place}.weight`), p.get(`${layer}${place}.bias`)] as const;
  const rows = (t: tf.Tensor) => (t.rank === 2 ? t : tf.reshape(t, [-1, t.shape[t.rank - 1]]));
  const { hidden_act, hidden_dropout_prob: rate, layer_norm_eps: epsilon } = config;
  const add = (output: tf.Tensor, residual: tf.Tensor, place: string, { dense, norm }: AttentionOutput) => {
    const [weight, bias] = of(dense);
    const [gamma, beta] = of(norm);
    const site = `${layer}${place}`;
    return affineNorm(output, residual, { weight, bias, gamma, beta, epsilon, dropout, rate, site }); // [N, H]
  };
  const attended = add(rows(context), rows(x), "attention.output", names); // [N, H]
  const [weight, bias] = of("intermediate.dense");
  const inner =
    hidden_act === "gelu"
      ? affineGelu(attended, weight, bias)
      : activation(hidden_act)(affineRows(attended, weight, bias)); // [N, I]
  const output = add(inner, attended, "output", { dense: "output.dense", norm: "output.LayerNorm" }); // [N, H]
  return x.rank === 2 ? output : tf.reshape(output, x.shape); // [B, T, H] or [N, H]
}
