import { before } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/backend";
import { bert, bertShapes } from "../../lib/encoder/bert";
import type { BertConfig } from "../../lib/encoder/config";
import { packedBert } from "../../lib/encoder/packed-bert";
import { affineRows, plainAffineRows } from "../../lib/fused/affine";
import { noDropout, seededDropout } from "../../lib/fused/dropout";
import { gelu, plainGelu } from "../../lib/fused/gelu";
import { layerNormRows, plainLayerNorm } from "../../lib/fused/layer-norm";
import { plainReluDropout, reluDropout } from "../../lib/fused/relu-dropout";
import { gatherRows, pickRows } from "../../lib/fused/rows";
import { Shapes } from "../../lib/weights/shapes";
import { testAtEveryLevel } from "../kernels";
import { assertReadAlone, assertSlope, assertTwins, random, smallEncoder } from "./twins";

/** Every fused op against its readable twin: values, and the gradients of all inputs; with native ops of our own and without. */

before(() => useBackend());

testAtEveryLevel("affine, with and without a bias", () => {
  const [x, weight, bias] = [random(7, 5), random(3, 5), random(3)];
  assertTwins(
    "affine",
    [x, weight, bias],
    () => affineRows(x, weight, bias),
    () => plainAffineRows(x, weight, bias),
  );
  assertTwins(
    "product",
    [x, weight],
    () => affineRows(x, weight),
    () => plainAffineRows(x, weight),
  );
});

testAtEveryLevel("GELU, also far out", () => {
  const x = tf.variable(tf.concat([tf.randomNormal([50], 0, 3, "float32", 1), tf.tensor1d([0, -40, 40, 1e-8])]));
  assertTwins(
    "gelu",
    [x],
    () => gelu(x),
    () => plainGelu(x),
  );
});

testAtEveryLevel("layer norm of rows, also of rank 3", () => {
  for (const x of [random(6, 9), random(2, 3, 9)]) {
    const [gamma, beta] = [random(9), random(9)];
    assertTwins(
      "layer norm",
      [x, gamma, beta],
      () => layerNormRows(x, gamma, beta, 1e-5),
      () => plainLayerNorm(x, gamma, beta, 1e-5),
    );
  }
});

testAtEveryLevel("ReLU and dropout in one", () => {
  const x = random(20, 30);
  for (const dropout of [noDropout, seededDropout(3, 4)])
    assertTwins(
      "relu",
      [x],
      () => reluDropout(x, dropout, 0.4, "here"),
      () => plainReluDropout(x, dropout, 0.4, "here"),
    );
});

testAtEveryLevel("rows that are picked once each", () => {
  const x = random(6, 4);
  const index = Int32Array.of(5, -1, 0, 3);
  const plain = () =>
    tf.mul(
      gatherRows(
        x,
        index.map((row) => Math.max(row, 0)),
      ),
      tf.tensor2d([1, 0, 1, 1], [4, 1]),
    );
  assertTwins("rows", [x], () => pickRows(x, index), plain);
});

const CONFIG: BertConfig = {
  model_type: "bert",
  vocab_size: 40,
  hidden_size: 12,
  num_hidden_layers: 2,
  num_attention_heads: 3,
  intermediate_size: 20,
  hidden_act: "gelu",
  max_position_embeddings: 30,
  type_vocab_size: 2,
  layer_norm_eps: 1e-12,
  hidden_dropout_prob: 0.1,
  attention_probs_dropout_prob: 0.1,
};

/** A small BERT, and texts of these lengths. */
function encoder(lengths: readonly number[], seed: number) {
  const shapes = new Shapes();
  bertShapes(shapes, "", CONFIG);
  return smallEncoder(shapes, lengths, { vocabulary: CONFIG.vocab_size, seed });
}

for (const lengths of [[5, 3, 1], [7], [4, 4], [29, 2, 30, 11]])
  testAtEveryLevel(`BERT without padding equals BERT: texts of ${lengths} subwords`, () => {
    const { parameters, subwords, real } = encoder(lengths, lengths.length);
    const input = { subwords, parameters, prefix: "", config: CONFIG, dropout: noDropout };
    const packed = () => tf.mul(packedBert(input), real);
    const padded = () => tf.mul(bert(input), real);
    // A key's bias adds the same to all scores of a row, so its gradient is zero but for rounding.
    const names = parameters.names().filter((name) => !name.includes("pooler") && !name.endsWith("key.bias"));
    assertTwins(
      "bert",
      names.map((name) => parameters.get(name)),
      packed,
      padded,
    );
    parameters.dispose();
  });

testAtEveryLevel("BERT's last layer is computed for the subwords that are read", () => {
  const { parameters, subwords } = encoder([6, 2, 4], 9);
  const given = { parameters, prefix: "", config: CONFIG };
  assertReadAlone(subwords, (subwords, dropout) => packedBert({ ...given, subwords, dropout }), true);
  parameters.dispose();
});

testAtEveryLevel("BERT without padding under dropout: its gradient is the slope of its loss", () => {
  const { parameters, subwords, real } = encoder([6, 2, 4], 9);
  const dropout = seededDropout(5, 6);
  const weight = tf.randomNormal([3, 6, 12], 0, 1, "float32", 12);
  const loss = () =>
    tf.sum(
      tf.mul(tf.mul(packedBert({ subwords, parameters, prefix: "", config: CONFIG, dropout }), real), weight),
    ) as tf.Scalar;
  for (const name of ["encoder.layer.0.attention.self.value.weight", "encoder.layer.1.attention.self.query.weight"]) {
    assertSlope(name, loss, parameters.get(name));
  }
  parameters.dispose();
});
