/** BERT over real subwords only: from subword ids to encoded vectors, for batches of uneven texts. */
import * as tf from "@tensorflow/tfjs";
import { affineRows } from "../fused/affine";
import { packedAttention } from "../fused/attention";
import { derived } from "../fused/derived";
import { type Packing, packingOf, readOf, readRows } from "../fused/packing";
import { gatherRows, pickRows } from "../fused/rows";
import type { BertConfig } from "./config";
import { type EncoderInput, type EncoderParts, layerOf, readSubwords, type Subwords } from "./input";
import { layerNorm } from "./layers";
import { afterAttention } from "./transformer-layer";

/**
 * BERT without work on padding: the fast twin of `bert`. N rows, one for each subword of all texts of the batch.
 * @returns [B, T, H]; rows of padding are zero, as those that nobody reads may be
 */
export function packedBert(input: EncoderInput<BertConfig>): tf.Tensor3D {
  const { subwords, config } = input;
  const { B, T } = subwords;
  const packing = packingOf(subwords.mask, B, T, input.dropout);
  const read = readOf(packing, T, readSubwords(input));
  let hidden = embed(subwords, packing, input); // [N, H]
  for (let n = 0; n < config.num_hidden_layers; n++) {
    const layer = layerOf(input, n);
    const context = attend(hidden, packing, layer); // [N, H]
    // Every subword is attended to; of the last layer only some are read.
    const last = n === config.num_hidden_layers - 1;
    const [attended, before] = last ? [readRows(context, read), readRows(hidden, read)] : [context, hidden];
    hidden = afterAttention(attended, before, layer); // [N, H]
  }
  return tf.reshape(pickRows(hidden, read.index), [B, T, config.hidden_size]); // [B, T, H]
}

function embed(
  { ids, T }: Subwords,
  { places, T: wide, N }: Packing,
  { parameters: p, prefix, config, dropout }: EncoderParts<BertConfig>,
): tf.Tensor {
  const at = Int32Array.from({ length: N }, (_, n) => (places[n] ?? places[0]) % wide);
  const text = (n: number) => Math.floor((places[n] ?? places[0]) / wide);
  const own = at.map((t, n) => ids[text(n) * T + t]);
  const word = gatherRows(p.get(`${prefix}embeddings.word_embeddings.weight`), own); // [N, H]
  const position = gatherRows(p.get(`${prefix}embeddings.position_embeddings.weight`), at); // [N, H]
  const segment = tf.slice(p.get(`${prefix}embeddings.token_type_embeddings.weight`), [0, 0], [1, -1]); // [1, H]
  const sum = tf.add(word, tf.add(position, segment)); // [N, H]
  const normed = layerNorm(sum, p, `${prefix}embeddings.LayerNorm`, config.layer_norm_eps); // [N, H]
  return dropout(normed, config.hidden_dropout_prob, `${prefix}embeddings`);
}

function attend(x: tf.Tensor, packing: Packing, parts: EncoderParts<BertConfig>): tf.Tensor {
  const { parameters: p, prefix: layer, config, dropout } = parts;
  const heads = config.num_attention_heads;
  const scale = 1 / Math.sqrt(config.hidden_size / heads);
  const all = (kind: "weight" | "bias") => {
    const own = ["query", "key", "value"].map((name) => p.get(`${layer}attention.self.${name}.${kind}`));
    const [query, key, value] = own;
    return derived("qkv", own, () => tf.concat([tf.mul(query, scale), key, value], 0)); // [3 H, H] or [3 H]
  };
  const qkv = affineRows(x, all("weight"), all("bias")); // [N, 3 H]
  const drop = { dropout, rate: config.attention_probs_dropout_prob, site: `${layer}attention` };
  return packedAttention(qkv, packing, heads, drop); // [N, H]
}
