/** The convolution of DeBERTa-v2's xlarge models: its parameter shapes and its forward pass. */
import * as tf from "@tensorflow/tfjs";
import type { Shapes } from "../weights/shapes";
import type { DebertaConfig } from "./config";
import type { EncoderParts } from "./input";
import { activation, affine, layerNorm, layerNormShapes } from "./layers";

/**
 * DeBERTa-v2's convolution beside the first layer (`conv_kernel_size` > 0; the xlarge models have it, v3 has not):
 *
 *     output = mask * LayerNorm(layer(x) + act(dropout(mask * conv(x))))
 *
 * @see transformers, models/deberta_v2/modeling_deberta_v2.py, ConvLayer
 */
export function debertaConvShapes(shapes: Shapes, prefix: string, config: DebertaConfig): void {
  const { hidden_size: H, conv_groups, conv_kernel_size } = config;
  shapes.set(`${prefix}conv.weight`, [H, H / conv_groups, conv_kernel_size]);
  shapes.set(`${prefix}conv.bias`, [H]);
  layerNormShapes(shapes, `${prefix}LayerNorm`, H);
}

/**
 * @param x the embeddings, [B, T, H]
 * @param layerOutput of the first layer, [B, T, H]
 * @param mask float [B, T, 1]
 * @returns [B, T, H]
 */
export function debertaConv(
  x: tf.Tensor,
  layerOutput: tf.Tensor,
  mask: tf.Tensor,
  { parameters: p, prefix, config, dropout }: EncoderParts<DebertaConfig>,
): tf.Tensor {
  const convolved = tf.add(convolve(x, p.get(`${prefix}conv.weight`), config.conv_groups), p.get(`${prefix}conv.bias`)); // [B, T, H]
  const dropped = dropout(tf.mul(convolved, mask), config.hidden_dropout_prob, prefix);
  const out = activation(config.conv_act)(dropped); // [B, T, H]
  return tf.mul(layerNorm(tf.add(layerOutput, out), p, `${prefix}LayerNorm`, config.layer_norm_eps), mask); // [B, T, H]
}

/** `nn.Conv1d` that keeps the length, as a sum of products, one for each tap and group. weight: [H, H / groups, taps] */
function convolve(x: tf.Tensor, weight: tf.Tensor, groups: number): tf.Tensor {
  const [B, T, H] = x.shape;
  const [outputs, width, taps] = weight.shape;
  const reach = (taps - 1) / 2;
  const padded = tf.pad(x, [
    [0, 0],
    [reach, reach],
    [0, 0],
  ]); // [B, T + taps - 1, H]
  const parts = Array.from({ length: groups }, (_, group) => {
    const products = Array.from({ length: taps }, (_tap, tap) => {
      const shifted = tf.slice(padded, [0, tap, group * width], [B, T, width]); // [B, T, H / groups]
      const matrix = tf.slice(weight, [(group * outputs) / groups, 0, tap], [outputs / groups, width, 1]); // [H / groups, H / groups, 1]
      return affine(shifted, tf.reshape(matrix, [outputs / groups, width])); // [B, T, H / groups]
    });
    return tf.addN(products); // [B, T, H / groups]
  });
  return groups === 1 ? parts[0] : tf.reshape(tf.concat(parts, -1), [B, T, H]); // [B, T, H]
}
