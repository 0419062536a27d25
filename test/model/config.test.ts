import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/backend";
import { GLiNER } from "../../lib/gliner/gliner";
import { parseConfig } from "../../lib/model/config";
import { SPAN_LAYERS } from "../../lib/model/span";
import { SUBTOKEN_POOLINGS } from "../../lib/model/words";
import { assertClose, maxDifference } from "../families/compare";
import { writeVariant } from "../variant";

const scratch = mkdtempSync(join(tmpdir(), "config-"));
after(() => rmSync(scratch, { recursive: true }));
before(() => useBackend());

const TYPES = ["person", "location"];
const EXAMPLES = [
  { tokens: ["Anna", "Smith", "visited", "Paris", "."], types: TYPES },
  { tokens: ["Acquisitions"], types: TYPES },
];

let made = 0;
async function variant(changes: Record<string, unknown>): Promise<GLiNER> {
  return GLiNER.fromPretrained(writeVariant(join(scratch, `model-${made++}`), changes));
}

/** Logits of the valid spans of the first example, [W, K, C]. */
async function logits(changes: Record<string, unknown>, head?: "plain" | "factored"): Promise<Float32Array> {
  const model = await variant(changes);
  const batch = model.collate(EXAMPLES);
  const scores = model.scores(batch, { head }); // [B, W, K, C]
  const spans = batch.W * batch.K;
  const mask = tf.tensor3d(Float32Array.from(batch.spanMask.subarray(0, spans)), [batch.W, batch.K, 1]);
  const values = tf.mul(tf.slice(scores, [0, 0, 0, 0], [1, -1, -1, -1]), mask).dataSync<"float32">();
  scores.dispose();
  model.dispose();
  return values;
}

test("every span_mode loads, predicts and survives a save, by both heads", async () => {
  for (const span_mode of Object.keys(SPAN_LAYERS)) {
    assertClose(await logits({ span_mode }), await logits({ span_mode }, "plain"), 1e-5, span_mode);
    const model = await variant({ span_mode });
    const folder = join(scratch, `saved-${span_mode}`);
    model.savePretrained(folder);
    const again = await GLiNER.fromPretrained(folder);
    const predict = (one: GLiNER) => one.predictEntities("Anna Smith visited Paris.", TYPES, { threshold: 0.1 });
    const found = await predict(model);
    assert.ok(found.length > 0, span_mode);
    assert.deepEqual(await predict(again), found, span_mode);
    model.dispose();
    again.dispose();
  }
});

test("keys that change the numbers do", async () => {
  const standard = await logits({});
  const moved = async (changes: Record<string, unknown>) => maxDifference(await logits(changes), standard);
  assert.equal(await moved({}), 0);
  assert.ok((await moved({ embed_ent_token: false })) > 1e-4, "embed_ent_token");
  for (const pooling of SUBTOKEN_POOLINGS.slice(1))
    assert.ok((await moved({ subtoken_pooling: pooling })) > 1e-4, pooling);
});

test("num_rnn_layers, and has_rnn of legacy files", async () => {
  const names = async (changes: Record<string, unknown>) => {
    const model = await variant(changes);
    const found = [...model.model.parameters.names()].filter((name) => name.startsWith("rnn."));
    await model.predictEntities("Anna visited Paris.", TYPES);
    model.dispose();
    return found.length;
  };
  assert.equal(await names({ num_rnn_layers: 1 }), 8);
  assert.equal(await names({ num_rnn_layers: 2 }), 16);
  assert.equal(await names({ num_rnn_layers: 0 }), 0);
  assert.equal(await names({ has_rnn: false }), 0);
});

test("an encoder of another width is projected; max_width and max_len are kept to", async () => {
  const model = await variant({ hidden_size: 24, max_width: 2, max_len: 3 });
  assert.deepEqual(model.model.parameters.get("token_rep_layer.projection.weight").shape, [24, 32]);
  const batch = model.collate(EXAMPLES);
  assert.deepEqual([batch.W, batch.K], [3, 2]);
  assert.equal(batch.wordsLost[0], 2);
  const scores = model.scores(batch);
  assert.deepEqual(scores.shape, [2, 3, 2, 2]);
  scores.dispose();
  model.dispose();
});

test("what is not built, or contradicts itself, is refused in one sentence", () => {
  for (const [changes, message] of [
    [
      { span_mode: "markerV9" },
      /"span_mode" is "markerV9", wanted one of marker, markerV0, .*endpoints, token_level\.$/,
    ],
    [{ subtoken_pooling: "sum" }, /"subtoken_pooling" is "sum", wanted one of first, last, mean, max\.$/],
    [{ words_splitter_type: "spacy" }, /"words_splitter_type" is "spacy", wanted "whitespace"/],
    [{ class_token_index: 1.5 }, /"class_token_index" is 1.5/],
    [{ vocab_size: 100, class_token_index: 100 }, /"class_token_index" is 100, wanted an id below "vocab_size"/],
    [{ ent_token: "" }, /"ent_token" is ""/],
    [{ sep_token: "<<ENT>>" }, /"sep_token" is "<<ENT>>", wanted another token/],
    [{ num_rnn_layers: -1 }, /"num_rnn_layers" is -1/],
    [{ hidden_size: 33 }, /"hidden_size" is 33, wanted an even number/],
    [{ max_types: 0 }, /"max_types" is 0/],
    [{ max_neg_type_ratio: -1 }, /"max_neg_type_ratio" is -1/],
    [{ embed_ent_token: "yes" }, /"embed_ent_token" is "yes", wanted a boolean/],
    [{ labels_encoder: "x" }, /"labels_encoder" asks for a bi-encoder/],
    [{ labels_decoder: "x" }, /"labels_decoder" asks for a model that generates/],
    [{ represent_spans: true }, /"represent_spans" asks for/],
    [{ fuse_layers: true }, /"fuse_layers" asks for/],
    [{ span_encoder_config: {} }, /"span_encoder_config" asks for/],
    [{ model_type: "gliner_bi_encoder_span" }, /"model_type" is "gliner_bi_encoder_span", wanted one of gliner/],
    [
      { model_type: "gliner_uni_encoder_token" },
      /"model_type" is "gliner_uni_encoder_token" but "span_mode" is "markerV0"/,
    ],
  ] as const)
    assert.throws(() => parseConfig(changes, "the file"), { name: "UserError", message });
});

test("keys of Python's that decide nothing pass, legacy ones are given back", () => {
  const inert = { model_type: "gliner", post_fusion_schema: "l2l-l2t-t2t", represent_spans: false, dtype: null };
  const { config, ignored } = parseConfig({ ...inert, lr_encoder: 1, num_steps: 2, has_rnn: true }, "the file");
  assert.deepEqual(ignored, ["lr_encoder", "num_steps"]);
  assert.equal(config.num_rnn_layers, 1);
  assert.equal(parseConfig({ span_mode: "token_level" }, "the file").config.span_mode, "token_level");
});
