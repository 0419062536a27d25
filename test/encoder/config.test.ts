import assert from "node:assert/strict";
import { test } from "node:test";
import { longestSequence } from "../../lib/encoder";
import { parseEncoderConfig } from "../../lib/encoder/config";
import { publishedModels } from "../../lib/gliner/checkpoint/published";

const BERT = {
  ...{ model_type: "bert", vocab_size: 10, hidden_size: 8, num_hidden_layers: 1, num_attention_heads: 2 },
  ...{ intermediate_size: 16, max_position_embeddings: 12 },
};
const MPNET = { ...BERT, model_type: "mpnet" };
const DEBERTA = { ...BERT, model_type: "deberta-v2" };

test("defaults are transformers'; -1 positions mean all of them; parts come as a list or with bars", () => {
  const bert = parseEncoderConfig(BERT, "x");
  assert.deepEqual([bert.layer_norm_eps, bert.type_vocab_size], [1e-12, 2]);
  const mpnet = parseEncoderConfig(MPNET, "x");
  assert.ok(mpnet.model_type === "mpnet");
  assert.deepEqual([mpnet.layer_norm_eps, mpnet.type_vocab_size, mpnet.relative_attention_num_buckets], [1e-12, 0, 32]);
  assert.equal(longestSequence(mpnet), 10, "positions count from 2");
  const deberta = parseEncoderConfig({ ...DEBERTA, pos_att_type: "P2C | c2p" }, "x");
  assert.ok(deberta.model_type === "deberta-v2");
  assert.deepEqual(deberta.pos_att_type, ["p2c", "c2p"]);
  assert.deepEqual([deberta.max_relative_positions, deberta.layer_norm_eps, deberta.embedding_size], [12, 1e-7, 8]);
  assert.ok(deberta.position_biased_input && !deberta.relative_attention);
});

test("what was read is read again: a saved configuration is a configuration", () => {
  for (const { encoder } of publishedModels()) assert.deepEqual(parseEncoderConfig({ ...encoder }, "x"), encoder);
});

test("what is not built is one sentence with its place", () => {
  const wrong: [Record<string, unknown>, RegExp][] = [
    [
      { ...BERT, model_type: "roberta" },
      /^x: the encoder is of type "roberta", wanted "bert", "deberta-v2" .* or "mpnet"/,
    ],
    [{ ...BERT, num_attention_heads: 3 }, /hidden_size 8 does not divide by 3 heads/],
    [{ ...BERT, hidden_size: "8" }, /"hidden_size" is "8", wanted a number/],
    [{ ...BERT, hidden_act: "swish" }, /"hidden_act" is "swish", wanted gelu, relu, tanh/],
    [{ ...BERT, position_embedding_type: "relative_key" }, /"position_embedding_type" is "relative_key"/],
    [{ ...MPNET, relative_attention_num_buckets: 16 }, /"relative_attention_num_buckets" is 16, wanted 32/],
    [{ ...DEBERTA, pos_att_type: "p2p" }, /"pos_att_type" is "p2p", wanted parts out of "c2p" and "p2c"/],
    [{ ...DEBERTA, share_att_key: "yes" }, /"share_att_key" is "yes", wanted true or false/],
    [{ ...DEBERTA, conv_kernel_size: 4 }, /"conv_kernel_size" is 4, wanted an odd number/],
    [{ ...DEBERTA, conv_groups: 3 }, /"conv_groups" is 3, wanted a divisor of 8/],
    [{ ...DEBERTA, attention_head_size: 3 }, /"attention_head_size" is 3/],
  ];
  for (const [config, message] of wrong)
    assert.throws(() => parseEncoderConfig(config, "x"), { name: "UserError", message });
});
