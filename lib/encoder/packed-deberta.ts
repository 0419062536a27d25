/** DeBERTa over real subwords only: from subword ids to encoded vectors, for batches of uneven texts. */
import * as tf from "@tensorflow/tfjs";
import { affineRows } from "../fused/affine";
import { packedAttention } from "../fused/attention";
import { derived } from "../fused/derived";
import { disentangledAttention, type Laid } from "../fused/disentangled-attention";
import { type Packing, packingOf, type Read, readOf, readRows } from "../fused/packing";
import { gatherRows, pickRows } from "../fused/rows";
import type { DebertaConfig } from "./config";
import { debertaConv } from "./deberta-conv";
import { type Distances, distancesOf, positionParts, positionsOf } from "./deberta-positions";
import { type EncoderInput, type EncoderParts, layerOf, readSubwords, type Subwords } from "./input";
import { layerNorm } from "./layers";
import { afterAttention } from "./transformer-layer";

type Parts = EncoderParts<DebertaConfig>;

/**
 * DeBERTa without work on padding: the fast twin of `deberta`. N rows, one for each subword of all texts of the batch.
 * @returns [B, T, H]; rows of padding are zero, as those that nobody reads may be
 */
export function packedDeberta(input: EncoderInput<DebertaConfig>): tf.Tensor3D {
  const { subwords, config } = input;
  const { B, T, mask } = subwords;
  const packing = packingOf(mask, B, T, input.dropout);
  const laid = { packing, heads: config.num_attention_heads };
  const embedded = tf.tidy(() => embed(subwords, packing, input)); // [N, H]
  const distances = distancesOf(packing.T, input);
  const layers = config.num_hidden_layers;
  const convolved = (n: number) => n === 0 && config.conv_kernel_size > 0;
  // Neighbours meet in the convolution, so that a layer with one has to be whole.
  const read = readOf(packing, T, convolved(layers - 1) ? undefined : readSubwords(input));
  let hidden = embedded; // [N, H]
  for (let n = 0; n < layers; n++) {
    const layer = layerOf(input, n);
    const before = hidden;
    // Of a layer nothing stays but its result and what gradients need.
    hidden = tf.tidy(() => {
      const context = attend(before, distances, laid, layer); // [N, H]
      // Every subword is attended to; of the last layer only some are read.
      const last = n === layers - 1;
      const [attended, residual] = last ? [readRows(context, read), readRows(before, read)] : [context, before];
      const output = afterAttention(attended, residual, layer); // [N, H]
      return convolved(n) ? convolve(embedded, output, packing, input) : output; // [N, H]
    });
  }
  return laidOut(hidden, read, B);
}

/** Rows of packed subwords as [B, T, H], zero for padding. */
function laidOut(rows: tf.Tensor, { index }: Read, B: number): tf.Tensor3D {
  return tf.reshape(pickRows(rows, index), [B, index.length / B, rows.shape[1] as number]); // [B, T, H]
}

function embed({ ids, T }: Subwords, { places, T: wide, N }: Packing, parts: Parts): tf.Tensor {
  const { parameters: p, prefix, config, dropout } = parts;
  const place = (n: number) => places[n] ?? places[0];
  const at = Int32Array.from({ length: N }, (_, n) => place(n) % wide);
  const own = at.map((t, n) => ids[Math.floor(place(n) / wide) * T + t]);
  let sum: tf.Tensor = gatherRows(p.get(`${prefix}embeddings.word_embeddings.weight`), own); // [N, E]
  if (config.position_biased_input)
    sum = tf.add(sum, gatherRows(p.get(`${prefix}embeddings.position_embeddings.weight`), at)); // [N, E]
  if (config.type_vocab_size > 0)
    sum = tf.add(sum, tf.slice(p.get(`${prefix}embeddings.token_type_embeddings.weight`), [0, 0], [1, -1])); // [N, E]
  if (config.embedding_size !== config.hidden_size)
    sum = affineRows(sum, p.get(`${prefix}embeddings.embed_proj.weight`)); // [N, H]
  const normed = layerNorm(sum, p, `${prefix}embeddings.LayerNorm`, config.layer_norm_eps); // [N, H]
  return dropout(normed, config.hidden_dropout_prob, `${prefix}embeddings`); // [N, H]
}

/** Neighbours meet in a convolution: it needs the texts laid out. */
function convolve(embedded: tf.Tensor, output: tf.Tensor, packing: Packing, input: EncoderInput<DebertaConfig>) {
  const { B, T, mask } = input.subwords;
  const conv = { ...input, prefix: `${input.prefix}encoder.conv.` };
  const all = readOf(packing, T);
  const real = tf.tensor3d(Float32Array.from(mask), [B, T, 1]); // [B, T, 1]
  const convolved = debertaConv(laidOut(embedded, all, B), laidOut(output, all, B), real, conv); // [B, T, H]
  const index = new Int32Array(packing.N).fill(-1);
  packing.places.forEach((place, n) => {
    index[n] = Math.floor(place / packing.T) * T + (place % packing.T);
  });
  return pickRows(tf.reshape(convolved, [B * T, output.shape[1] as number]), index); // [N, H]
}

function attend(x: tf.Tensor, distances: Distances | undefined, laid: Laid, parts: Parts): tf.Tensor {
  const { parameters: p, prefix: layer, config, dropout } = parts;
  const place = `${layer}attention.self.`;
  const heads = config.num_attention_heads;
  const scale = 1 / Math.sqrt((config.hidden_size / heads) * (1 + positionParts(config).length));
  const all = (kind: "weight" | "bias") => {
    const own = ["query_proj", "key_proj", "value_proj"].map((name) => p.get(`${place}${name}.${kind}`));
    const [query, key, value] = own;
    return derived("qkv", own, () => tf.concat([tf.mul(query, scale), key, value], 0)); // [3 H, H] or [3 H]
  };
  const qkv = affineRows(x, all("weight"), all("bias")); // [N, 3 H]
  const drop = { dropout, rate: config.attention_probs_dropout_prob, site: `${layer}attention` };
  if (!distances) return packedAttention(qkv, laid.packing, heads, drop); // [N, H]
  return disentangledAttention(qkv, positionsOf(distances, scale, parts), laid, drop); // [N, H]
}
