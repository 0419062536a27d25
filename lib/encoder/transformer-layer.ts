/** What BERT and DeBERTa have in common: everything in a layer but how attention scores are made. */
import * as tf from "@tensorflow/tfjs";
import type { Shapes } from "../weights/shapes";
import type { EncoderConfig } from "./config";
import type { EncoderParts } from "./input";
import { activation, layerNorm, layerNormShapes, linear, linearShapes } from "./layers";

/** Declares a layer's tensors but its attention's projections. */
export function transformerLayerShapes(shapes: Shapes, layer: string, config: EncoderConfig): void {
  const { hidden_size: H, intermediate_size: I } = config;
  linearShapes(shapes, `${layer}attention.output.dense`, H, H);
  layerNormShapes(shapes, `${layer}attention.output.LayerNorm`, H);
  linearShapes(shapes, `${layer}intermediate.dense`, H, I);
  linearShapes(shapes, `${layer}output.dense`, I, H);
  layerNormShapes(shapes, `${layer}output.LayerNorm`, H);
}

/**
 * What follows the attention in a layer: its output added to x, the feed-forward part added to that, a norm after each.
 * @param context the heads' weighted values side by side, [B, T, H]
 * @param x the layer's input, [B, T, H]
 * @returns [B, T, H]
 */
export function afterAttention(context: tf.Tensor, x: tf.Tensor, parts: EncoderParts): tf.Tensor {
  const { parameters: p, prefix: layer, config, dropout } = parts;
  const add = (output: tf.Tensor, residual: tf.Tensor, place: string) => {
    const dropped = dropout(output, config.hidden_dropout_prob, place);
    return layerNorm(tf.add(dropped, residual), p, `${place}.LayerNorm`, config.layer_norm_eps); // [B, T, H]
  };
  const attended = add(linear(context, p, `${layer}attention.output.dense`), x, `${layer}attention.output`); // [B, T, H]
  const inner = activation(config.hidden_act)(linear(attended, p, `${layer}intermediate.dense`)); // [B, T, I]
  return add(linear(inner, p, `${layer}output.dense`), attended, `${layer}output`); // [B, T, H]
}
