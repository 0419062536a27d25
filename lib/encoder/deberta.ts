/**
 * DeBERTa-v2/v3 (He et al. 2021, 2023): subwords -> vectors, after `transformers.models.deberta_v2.modeling_deberta_v2`.
 * B texts, T subwords, H width, h heads, d = H / h, R rows of relative embeddings.
 */
import * as tf from "@tensorflow/tfjs";
import { matMulTransposed } from "../fused/products";
import type { Shapes } from "../weights/shapes";
import type { DebertaConfig } from "./config";
import { debertaConv, debertaConvShapes } from "./deberta-conv";
import { relativeTable } from "./deberta-positions";
import { plainScores } from "./disentangled-attention";
import { type EncoderInput, type EncoderParts, layerOf, subwordTensors } from "./input";
import { layerNorm, layerNormShapes, linear, linearShapes } from "./layers";
import { positionRows } from "./relative-position";
import { afterAttention, transformerLayerShapes } from "./transformer-layer";

/** Declares every tensor of a DeBERTa under `prefix`, where the configuration has it. */
export function debertaShapes(shapes: Shapes, prefix: string, config: DebertaConfig): void {
  const { hidden_size: H, embedding_size: E } = config;
  shapes.set(`${prefix}embeddings.word_embeddings.weight`, [config.vocab_size, E]);
  if (config.position_biased_input)
    shapes.set(`${prefix}embeddings.position_embeddings.weight`, [config.max_position_embeddings, E]);
  if (config.type_vocab_size > 0)
    shapes.set(`${prefix}embeddings.token_type_embeddings.weight`, [config.type_vocab_size, E]);
  if (E !== H) shapes.set(`${prefix}embeddings.embed_proj.weight`, [H, E]);
  layerNormShapes(shapes, `${prefix}embeddings.LayerNorm`, H);
  for (let n = 0; n < config.num_hidden_layers; n++) {
    const layer = `${prefix}encoder.layer.${n}.`;
    for (const name of projections(config)) linearShapes(shapes, `${layer}attention.self.${name}`, H, H);
    transformerLayerShapes(shapes, layer, config);
  }
  if (config.relative_attention) shapes.set(`${prefix}encoder.rel_embeddings.weight`, [positionRows(config), H]);
  if (config.norm_rel_ebd.includes("layer_norm")) layerNormShapes(shapes, `${prefix}encoder.LayerNorm`, H);
  if (config.conv_kernel_size > 0) debertaConvShapes(shapes, `${prefix}encoder.conv.`, config);
}

function projections(config: DebertaConfig): string[] {
  const own = config.relative_attention && !config.share_att_key;
  return [
    ...["query_proj", "key_proj", "value_proj"],
    ...(own && config.pos_att_type.includes("c2p") ? ["pos_key_proj"] : []),
    ...(own && config.pos_att_type.includes("p2c") ? ["pos_query_proj"] : []),
  ];
}

/**
 * DeBERTa as transformers writes it: the readable twin of `packedDeberta`, and what shows every stage.
 * @returns [B, T, H]
 */
export function deberta(input: EncoderInput<DebertaConfig>): tf.Tensor3D {
  const { subwords, parameters, prefix, config, dropout, trace } = input;
  const { ids, mask: seenWords } = subwordTensors(subwords); // [B, T]
  const mask = tf.reshape(seenWords, [subwords.B, subwords.T, 1]); // [B, T, 1]
  // Padding sees nothing either, as in Python: its rows become uniform, and nobody reads them.
  const seen = matMulTransposed(mask, mask); // [B, T, T]
  const blocked = tf.mul(tf.sub(1, seen), -1e30); // [B, T, T]
  const embedded = embed(ids, mask, input); // [B, T, H]
  const table = config.relative_attention ? relativeTable(input) : undefined; // [R, H]
  trace?.hidden.push(embedded);
  let hidden = embedded;
  for (let n = 0; n < config.num_hidden_layers; n++) {
    const layer = layerOf(input, n);
    const context = attend(hidden, blocked, table, layer); // [B, T, H]
    hidden = afterAttention(context, hidden, layer); // [B, T, H]
    if (n === 0 && config.conv_kernel_size > 0) {
      const conv = { parameters, prefix: `${prefix}encoder.conv.`, config, dropout };
      hidden = debertaConv(embedded, hidden, mask, conv); // [B, T, H]
    }
    trace?.hidden.push(hidden);
  }
  return hidden as tf.Tensor3D;
}

function embed(ids: tf.Tensor2D, mask: tf.Tensor, parts: EncoderParts<DebertaConfig>): tf.Tensor {
  const { parameters: p, prefix, config, dropout } = parts;
  const T = ids.shape[1];
  let sum: tf.Tensor = tf.gather(p.get(`${prefix}embeddings.word_embeddings.weight`), ids); // [B, T, E]
  if (config.position_biased_input)
    sum = tf.add(sum, tf.slice(p.get(`${prefix}embeddings.position_embeddings.weight`), [0, 0], [T, -1])); // [B, T, E]
  // All subwords are of segment 0: GLiNER's prompt and text are one sequence.
  if (config.type_vocab_size > 0)
    sum = tf.add(sum, tf.slice(p.get(`${prefix}embeddings.token_type_embeddings.weight`), [0, 0], [1, -1])); // [B, T, E]
  if (config.embedding_size !== config.hidden_size) {
    const flat = tf.reshape(sum, [-1, config.embedding_size]); // [B T, E]
    const wide = matMulTransposed(flat, p.get(`${prefix}embeddings.embed_proj.weight`)); // [B T, H]
    sum = tf.reshape(wide, [-1, T, config.hidden_size]); // [B, T, H]
  }
  const normed = layerNorm(sum, p, `${prefix}embeddings.LayerNorm`, config.layer_norm_eps); // [B, T, H]
  return dropout(tf.mul(normed, mask), config.hidden_dropout_prob, `${prefix}embeddings`); // [B, T, H]
}

/** @returns the heads' weighted values side by side, [B, T, H] */
function attend(
  x: tf.Tensor,
  blocked: tf.Tensor,
  table: tf.Tensor2D | undefined,
  parts: EncoderParts<DebertaConfig>,
): tf.Tensor {
  const { parameters: p, prefix: layer, config, dropout, trace } = parts;
  const [B, T, H] = x.shape;
  const h = config.num_attention_heads;
  const place = `${layer}attention.self.`;
  // Heads in front: the table's rows, which have no texts, are multiplied with all texts of a head at once.
  const split = (name: string) =>
    tf.transpose(tf.reshape(linear(x, p, place + name), [B, T, h, H / h]), [2, 0, 1, 3]) as tf.Tensor4D; // [h, B, T, d]
  const rows = (name: string) => (of: tf.Tensor2D) =>
    tf.transpose(tf.reshape(linear(of, p, place + name), [-1, h, H / h]), [1, 0, 2]) as tf.Tensor3D; // [h, N, d]
  const has = (type: string) => table !== undefined && config.pos_att_type.includes(type);
  const [keyName, queryName] = config.share_att_key ? ["key_proj", "query_proj"] : ["pos_key_proj", "pos_query_proj"];
  const terms = 1 + Number(config.pos_att_type.includes("c2p")) + Number(config.pos_att_type.includes("p2c"));
  const [query, key] = [split("query_proj"), split("key_proj")];
  const raw = table
    ? plainScores({
        query,
        key,
        table: dropout(table, config.hidden_dropout_prob, `${place}pos`) as tf.Tensor2D,
        toKeys: has("c2p") ? rows(keyName) : undefined,
        toQueries: has("p2c") ? rows(queryName) : undefined,
        span: config,
      })
    : matMulTransposed(query, key); // [h, B, T, T]
  const scores = tf.add(tf.mul(raw, 1 / Math.sqrt((H / h) * terms)), blocked); // [h, B, T, T]
  const probabilities = tf.softmax(scores); // [h, B, T, T]
  trace?.attention?.push(tf.transpose(probabilities, [1, 0, 2, 3])); // [B, h, T, T]
  const weights = dropout(probabilities, config.attention_probs_dropout_prob, `${layer}attention`); // [h, B, T, T]
  const context = tf.matMul(weights, split("value_proj")); // [h, B, T, d]
  return tf.reshape(tf.transpose(context, [1, 2, 0, 3]), [B, T, H]); // [B, T, H]
}
