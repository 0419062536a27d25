import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/backend";
import type { DebertaConfig } from "../../lib/encoder/config";
import { deberta, debertaShapes } from "../../lib/encoder/deberta";
import { packedDeberta } from "../../lib/encoder/packed-deberta";
import { bandOfSquare, squareOfBand } from "../../lib/fused/band";
import { blocksOf, disentangledAttention } from "../../lib/fused/disentangled-attention";
import { noDropout, seededDropout } from "../../lib/fused/dropout";
import { packingOf } from "../../lib/fused/packing";
import { Shapes } from "../../lib/weights/shapes";
import { assertReadAlone, assertSlope, assertTwins, maskOf, random, smallEncoder } from "../fused/twins";
import { testAtEveryLevel } from "../kernels";

/** DeBERTa without padding, its attention in blocks, against DeBERTa as transformers writes it. */

before(() => useBackend());

/** As v3, but small: texts of 10 subwords reach beyond the buckets, texts of 30 beyond the table. */
const V3: DebertaConfig = {
  model_type: "deberta-v2",
  vocab_size: 40,
  hidden_size: 12,
  num_hidden_layers: 2,
  num_attention_heads: 3,
  intermediate_size: 20,
  hidden_act: "gelu",
  max_position_embeddings: 64,
  type_vocab_size: 0,
  layer_norm_eps: 1e-7,
  hidden_dropout_prob: 0.1,
  attention_probs_dropout_prob: 0.1,
  relative_attention: true,
  position_buckets: 6,
  max_relative_positions: 20,
  pos_att_type: ["p2c", "c2p"],
  share_att_key: true,
  norm_rel_ebd: ["layer_norm"],
  position_biased_input: false,
  embedding_size: 12,
  conv_kernel_size: 0,
  conv_groups: 1,
  conv_act: "tanh",
};

/** A small DeBERTa, and texts of these lengths. */
function encoder(lengths: readonly number[], config: DebertaConfig) {
  const shapes = new Shapes();
  debertaShapes(shapes, "", config);
  const given = { vocabulary: config.vocab_size, seed: lengths.length };
  const { parameters, subwords, real } = smallEncoder(shapes, lengths, given);
  return { input: { subwords, parameters, prefix: "", config, dropout: noDropout }, real };
}

function assertSame(name: string, lengths: readonly number[], changes: Partial<DebertaConfig>): void {
  const config = { ...V3, ...changes };
  const { input, real } = encoder(lengths, config);
  const { parameters } = input;
  const parts = config.relative_attention ? config.pos_att_type : [];
  // Without position-content a key's bias adds the same to all scores of a row: its gradient is zero but for rounding.
  const noise = parts.includes("p2c") ? [] : ["key_proj.bias"];
  const unread =
    parts.length > 0 ? [] : ["rel_embeddings.weight", "encoder.LayerNorm.weight", "encoder.LayerNorm.bias"];
  const names = parameters.names().filter((of) => ![...noise, ...unread].some((end) => of.endsWith(end)));
  assertTwins(
    name,
    names.map((of) => parameters.get(of)),
    () => tf.mul(packedDeberta(input), real),
    () => tf.mul(deberta(input), real),
  );
  parameters.dispose();
}

for (const lengths of [[1], [7], [5, 3, 1], [4, 4], [29, 2, 30, 11]])
  testAtEveryLevel(`DeBERTa without padding equals DeBERTa: texts of ${lengths} subwords`, () =>
    assertSame("v3", lengths, {}),
  );

for (const [name, changes] of Object.entries({
  "projections of its own": { share_att_key: false },
  "content-position alone": { pos_att_type: ["c2p"], share_att_key: false },
  "position-content alone": { pos_att_type: ["p2c"] },
  "no positions": { pos_att_type: [] },
  "no relative attention": { relative_attention: false },
  "every distance a row": { position_buckets: -1, max_relative_positions: 9, norm_rel_ebd: [] },
  "absolute positions, segments, narrow embeddings": {
    ...{ position_biased_input: true, type_vocab_size: 2, embedding_size: 5 },
  },
  "a convolution": { conv_kernel_size: 3, conv_groups: 2 },
} satisfies Record<string, Partial<DebertaConfig>>))
  testAtEveryLevel(`DeBERTa without padding equals DeBERTa: ${name}`, () => assertSame(name, [6, 11, 1], changes));

testAtEveryLevel("attention in blocks of texts, and of queries, equals attention at once", (level) => {
  // An op of our own knows no blocks: it is held against TensorFlow's ops in test/fused/own-ops.test.ts.
  if (level !== "off") return;
  const [h, d] = [3, 4];
  for (const lengths of [[20, 3, 9], [70], [50, 61]]) {
    const [B, T] = [lengths.length, Math.max(...lengths)];
    const packing = packingOf(maskOf(lengths), B, T);
    const laid = { packing, heads: h };
    const [qkv, rows] = [random(packing.N, 3 * h * d), random(17, 2 * h * d)];
    const drop = { dropout: noDropout, rate: 0, site: "here" };
    const rowOf = (delta: number) => Math.min(16, Math.max(0, delta + 8));
    const run = (scores: number) => () => {
      const blocks = blocksOf(packing, h, scores);
      return disentangledAttention(qkv, { rows, parts: ["c2p", "p2c"], rowOf }, laid, drop, blocks);
    };
    const real = (of: () => tf.Tensor) => () => tf.slice(of(), [0, 0], [packing.places.length, h * d]);
    const few = lengths.length === 3 ? 2 * h * packing.T ** 2 : 1;
    assert.ok(blocksOf(packing, h, few).length > 1);
    assertTwins(`blocks ${lengths}`, [qkv, rows], real(run(few)), real(run(1e9)));
  }
});

test("a band read as a square and back", () => {
  const [n, M] = [3, 5];
  const band = tf.reshape(tf.range(0, 2 * n * (M + n)), [2, n, M + n]);
  const values = squareOfBand(band).arraySync() as number[][][];
  values.forEach((square, g) => {
    square.forEach((row, a) => {
      row.forEach((value, m) => {
        assert.equal(value, (g * n + a) * (M + n) + m - a + n - 1);
      });
    });
  });
  assert.deepEqual(squareOfBand(bandOfSquare(squareOfBand(band))).arraySync(), values);
  const sums = (x: tf.Tensor) => tf.sum(x).arraySync();
  assert.equal(sums(bandOfSquare(squareOfBand(band))), sums(squareOfBand(band)));
});

for (const [name, changes, restricts] of [
  ["DeBERTa's last layer is computed for the subwords that are read", {}, true],
  ["behind a convolution all are computed", { num_hidden_layers: 1, conv_kernel_size: 3 }, false],
] as const)
  testAtEveryLevel(name, () => {
    const config = { ...V3, ...changes };
    const { input } = encoder([6, 2, 14], config);
    assertReadAlone(
      input.subwords,
      (subwords, dropout) => packedDeberta({ ...input, subwords, dropout, config }),
      restricts,
    );
    input.parameters.dispose();
  });

testAtEveryLevel("DeBERTa without padding under dropout: its gradient is the slope of its loss", () => {
  const { input, real } = encoder([6, 2, 14], V3);
  const weight = tf.randomNormal([3, 14, 12], 0, 1, "float32", 12);
  const given = { ...input, dropout: seededDropout(5, 6) };
  const loss = () => tf.sum(tf.mul(tf.mul(packedDeberta(given), real), weight)) as tf.Scalar;
  for (const name of [
    "encoder.layer.0.attention.self.value_proj.weight",
    "encoder.layer.1.attention.self.query_proj.weight",
    "encoder.rel_embeddings.weight",
  ]) {
    assertSlope(name, loss, input.parameters.get(name));
  }
  input.parameters.dispose();
});

test("a changed weight changes the projections that reading keeps", () => {
  const { input, real } = encoder([6, 3], V3);
  const read = () => tf.mul(packedDeberta(input), real).dataSync();
  const first = read();
  const table = input.parameters.get("encoder.rel_embeddings.weight");
  table.assign(tf.add(table, tf.randomNormal(table.shape, 0, 1, "float32", 3)) as tf.Tensor2D);
  const changed = read();
  assert.ok(changed.some((value, i) => Math.abs(value - first[i]) > 1e-3));
  const plain = tf.mul(deberta(input), real).dataSync();
  assert.ok(changed.every((value, i) => Math.abs(value - plain[i]) < 1e-5));
  input.parameters.dispose();
});
