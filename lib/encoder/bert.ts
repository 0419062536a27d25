/**
 * BERT (Devlin et al. 2019): subwords -> vectors, after `transformers.models.bert.modeling_bert` with post-layer norms and
 * absolute positions. B texts, T subwords, H width, h heads, d = H / h.
 */
import * as tf from "@tensorflow/tfjs";
import { matMulTransposed } from "../fused/products";
import type { Shapes } from "../weights/shapes";
import type { BertConfig } from "./config";
import { type EncoderInput, type EncoderParts, layerOf, subwordTensors } from "./input";
import { layerNorm, layerNormShapes, linear, linearShapes } from "./layers";
import { afterAttention, transformerLayerShapes } from "./transformer-layer";

/** Declares every tensor of a BERT under `prefix`, the pooler included (Python saves it; GLiNER never uses it). */
export function bertShapes(shapes: Shapes, prefix: string, config: BertConfig): void {
  const H = config.hidden_size;
  shapes.set(`${prefix}embeddings.word_embeddings.weight`, [config.vocab_size, H]);
  shapes.set(`${prefix}embeddings.position_embeddings.weight`, [config.max_position_embeddings, H]);
  shapes.set(`${prefix}embeddings.token_type_embeddings.weight`, [config.type_vocab_size, H]);
  layerNormShapes(shapes, `${prefix}embeddings.LayerNorm`, H);
  for (let n = 0; n < config.num_hidden_layers; n++) {
    const layer = `${prefix}encoder.layer.${n}.`;
    for (const name of ["query", "key", "value"]) linearShapes(shapes, `${layer}attention.self.${name}`, H, H);
    transformerLayerShapes(shapes, layer, config);
  }
  linearShapes(shapes, `${prefix}pooler.dense`, H, H);
}

/** @returns [B, T, H] */
export function bert(input: EncoderInput<BertConfig>): tf.Tensor3D {
  const { subwords, trace } = input;
  const { ids, mask } = subwordTensors(subwords); // [B, T]
  const blocked = tf.mul(tf.sub(1, mask), -1e30); // [B, T]
  const masked = tf.reshape(blocked, [subwords.B, 1, 1, subwords.T]); // [B, 1, 1, T]
  let hidden = embed(ids, input); // [B, T, H]
  trace?.hidden.push(hidden);
  for (let n = 0; n < input.config.num_hidden_layers; n++) {
    const layer = layerOf(input, n);
    const context = attend(hidden, masked, layer); // [B, T, H]
    hidden = afterAttention(context, hidden, layer); // [B, T, H]
    trace?.hidden.push(hidden);
  }
  return hidden as tf.Tensor3D;
}

function embed(ids: tf.Tensor2D, { parameters: p, prefix, config, dropout }: EncoderParts<BertConfig>): tf.Tensor {
  const T = ids.shape[1];
  const word = tf.gather(p.get(`${prefix}embeddings.word_embeddings.weight`), ids); // [B, T, H]
  const position = tf.slice(p.get(`${prefix}embeddings.position_embeddings.weight`), [0, 0], [T, -1]); // [T, H]
  // All subwords are of segment 0: GLiNER's prompt and text are one sequence.
  const segment = tf.slice(p.get(`${prefix}embeddings.token_type_embeddings.weight`), [0, 0], [1, -1]); // [1, H]
  const sum = tf.add(word, tf.add(position, segment)); // [B, T, H]
  const normed = layerNorm(sum, p, `${prefix}embeddings.LayerNorm`, config.layer_norm_eps); // [B, T, H]
  return dropout(normed, config.hidden_dropout_prob, `${prefix}embeddings`);
}

function attend(x: tf.Tensor, mask: tf.Tensor, parts: EncoderParts<BertConfig>): tf.Tensor {
  const { parameters: p, prefix: layer, config, dropout, trace } = parts;
  const [B, T, H] = x.shape;
  const heads = config.num_attention_heads;
  const split = (name: string) =>
    tf.transpose(tf.reshape(linear(x, p, `${layer}attention.self.${name}`), [B, T, heads, H / heads]), [0, 2, 1, 3]);
  const query = tf.mul(split("query"), 1 / Math.sqrt(H / heads)); // [B, h, T, d]
  const scores = tf.add(matMulTransposed(query, split("key")), mask); // [B, h, T, T]
  const probabilities = tf.softmax(scores); // [B, h, T, T]
  trace?.attention?.push(probabilities);
  const attention = dropout(probabilities, config.attention_probs_dropout_prob, `${layer}attention`); // [B, h, T, T]
  return tf.reshape(tf.transpose(tf.matMul(attention, split("value")), [0, 2, 1, 3]), [B, T, H]); // [B, T, H]
}
