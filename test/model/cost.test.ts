import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/backend";
import { parseEncoderConfig } from "../../lib/encoder/config";
import { parseConfig } from "../../lib/model/config";
import { costOf, passSpeed, productSpeed } from "../../lib/model/cost";

before(() => useBackend());

const encoder = parseEncoderConfig(
  {
    model_type: "bert",
    vocab_size: 30525,
    hidden_size: 384,
    num_hidden_layers: 6,
    num_attention_heads: 12,
    intermediate_size: 1536,
    hidden_act: "gelu",
    max_position_embeddings: 512,
    type_vocab_size: 2,
    layer_norm_eps: 1e-12,
    hidden_dropout_prob: 0.1,
    attention_probs_dropout_prob: 0.1,
  },
  "test",
);
const { config } = parseConfig({ hidden_size: 384, max_width: 12, span_mode: "markerV0", num_rnn_layers: 1 }, "test");
const batch = { subwords: [90, 60], words: [50, 30], types: 15 };

test("products, counted by hand", () => {
  const cost = costOf(config, encoder, batch);
  const of = (stage: string) => cost.stages.find((one) => one.stage === stage)?.flops;
  // Per subword and layer: query, key, value, output 4 x 384 x 384, feed-forward 2 x 384 x 1536; two operations each.
  assert.equal(of("encoder"), 2 * 150 * 6 * (4 * 384 * 384 + 2 * 384 * 1536));
  // Per layer: scores and weighted values, T x T x 384 each.
  assert.equal(of("attention"), 6 * 2 * 2 * (90 * 90 + 60 * 60) * 384);
  // Per word and direction: 4 gates of 192 from 384 inputs and 192 states.
  assert.equal(of("LSTM"), 80 * 2 * 2 * (4 * 192 * (384 + 192)));
  // Per word: two FFNs 384 -> 1536 -> 384, and 384 -> 1536 for either end.
  assert.equal(of("word projections"), 80 * 2 * (2 * 2 * 384 * 1536 + 2 * 384 * 1536));
  // Per type: one FFN and the folding.
  assert.equal(of("types"), 2 * 15 * 2 * 3 * 384 * 1536);
  const spans = [12 * 50 - 66, 12 * 30 - 66];
  // 50 words are two blocks in truth; the model takes one of 48 first and 50 last words.
  assert.equal(of("spans"), 2 * 1536 * (spans[0] * (48 + 50) + spans[1] * 60 + (spans[0] + spans[1]) * 15));
  assert.equal(cost.training, 3 * cost.forward);
  assert.equal(cost.parameters, 28_918_272);
});

test("it grows linearly in texts and in types, and with the square of the width of the head's layers", () => {
  const one = costOf(config, encoder, batch);
  const two = costOf(config, encoder, { ...batch, subwords: [90, 60, 90, 60], words: [50, 30, 50, 30] });
  assert.equal(two.forward, 2 * one.forward);
  const types = (n: number) => costOf(config, encoder, { ...batch, types: n }).forward;
  assert.equal(types(30) - types(15), types(45) - types(30));
});

test("the speeds of a plain product and of a pass over memory are numbers of this machine, and leave nothing behind", () => {
  const { numTensors } = tf.memory();
  assert.ok(productSpeed() > 1e8);
  assert.ok(passSpeed() > 1e7);
  assert.equal(tf.memory().numTensors, numTensors);
});
