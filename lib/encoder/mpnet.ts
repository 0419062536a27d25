/**
 * MPNet (Song et al. 2020): subwords -> vectors, after `transformers.models.mpnet.modeling_mpnet`: BERT without segments, with positions
 * that count from 2 and a relative bias. Padding is computed and masked: there is no packed twin yet.
 * B texts, T subwords, H width, h heads, d = H / h, R buckets of distances.
 */
import * as tf from "@tensorflow/tfjs";
import { matMulTransposed } from "../fused/products";
import type { Shapes } from "../weights/shapes";
import type { MpnetConfig } from "./config";
import { type EncoderInput, type EncoderParts, layerOf, subwordTensors } from "./input";
import { layerNorm, layerNormShapes, linear, linearShapes } from "./layers";
import { relativeBias } from "./mpnet-bias";
import { type AttentionOutput, afterAttention, transformerLayerShapes } from "./transformer-layer";

/** Rows 0 and 1 of the position embeddings stand for nothing and for padding, as in RoBERTa. */
export const FIRST_POSITION = 2;

const NAMES: AttentionOutput = { dense: "attention.attn.o", norm: "attention.LayerNorm" };

/** Declares every tensor of an MPNet under `prefix`, the pooler included (Python saves it; GLiNER never uses it). */
export function mpnetShapes(shapes: Shapes, prefix: string, config: MpnetConfig): void {
  const { hidden_size: H, relative_attention_num_buckets: R, num_attention_heads: h } = config;
  shapes.set(`${prefix}embeddings.word_embeddings.weight`, [config.vocab_size, H]);
  shapes.set(`${prefix}embeddings.position_embeddings.weight`, [config.max_position_embeddings, H]);
  layerNormShapes(shapes, `${prefix}embeddings.LayerNorm`, H);
  for (let n = 0; n < config.num_hidden_layers; n++) {
    const layer = `${prefix}encoder.layer.${n}.`;
    for (const name of ["q", "k", "v"]) linearShapes(shapes, `${layer}attention.attn.${name}`, H, H);
    transformerLayerShapes(shapes, layer, config, NAMES);
  }
  shapes.set(`${prefix}encoder.relative_attention_bias.weight`, [R, h]);
  linearShapes(shapes, `${prefix}pooler.dense`, H, H);
}

/** @returns [B, T, H] */
export function mpnet(input: EncoderInput<MpnetConfig>): tf.Tensor3D {
  const { subwords, trace, parameters, prefix } = input;
  const { B, T } = subwords;
  const { ids, mask } = subwordTensors(subwords); // [B, T]
  const padding = tf.reshape(tf.mul(tf.sub(1, mask), -1e30), [B, 1, 1, T]); // [B, 1, 1, T]
  const bias = relativeBias(parameters.get(`${prefix}encoder.relative_attention_bias.weight`), T); // [1, h, T, T]
  const added = tf.add(bias, padding); // [B, h, T, T]
  let hidden = embed(ids, input); // [B, T, H]
  trace?.hidden.push(hidden);
  for (let n = 0; n < input.config.num_hidden_layers; n++) {
    const layer = layerOf(input, n);
    const context = attend(hidden, added, layer); // [B, T, H]
    hidden = afterAttention(context, hidden, layer, NAMES); // [B, T, H]
    trace?.hidden.push(hidden);
  }
  return hidden as tf.Tensor3D;
}

function embed(ids: tf.Tensor2D, { parameters: p, prefix, config, dropout }: EncoderParts<MpnetConfig>): tf.Tensor {
  const T = ids.shape[1];
  const word = tf.gather(p.get(`${prefix}embeddings.word_embeddings.weight`), ids); // [B, T, H]
  const table = p.get(`${prefix}embeddings.position_embeddings.weight`); // [P, H]
  const position = tf.slice(table, [FIRST_POSITION, 0], [T, -1]); // [T, H]
  const normed = layerNorm(tf.add(word, position), p, `${prefix}embeddings.LayerNorm`, config.layer_norm_eps); // [B, T, H]
  return dropout(normed, config.hidden_dropout_prob, `${prefix}embeddings`); // [B, T, H]
}

/** @param added relative bias and mask, [B, h, T, T] @returns the heads' weighted values side by side, [B, T, H] */
function attend(x: tf.Tensor, added: tf.Tensor, parts: EncoderParts<MpnetConfig>): tf.Tensor {
  const { parameters: p, prefix: layer, config, dropout, trace } = parts;
  const [B, T, H] = x.shape;
  const h = config.num_attention_heads;
  const split = (name: string) =>
    tf.transpose(tf.reshape(linear(x, p, `${layer}attention.attn.${name}`), [B, T, h, H / h]), [0, 2, 1, 3]); // [B, h, T, d]
  const query = tf.mul(split("q"), 1 / Math.sqrt(H / h)); // [B, h, T, d]
  const scores = tf.add(matMulTransposed(query, split("k")), added); // [B, h, T, T]
  const probabilities = tf.softmax(scores); // [B, h, T, T]
  trace?.attention?.push(probabilities);
  const attention = dropout(probabilities, config.attention_probs_dropout_prob, `${layer}attention`); // [B, h, T, T]
  return tf.reshape(tf.transpose(tf.matMul(attention, split("v")), [0, 2, 1, 3]), [B, T, H]); // [B, T, H]
}
