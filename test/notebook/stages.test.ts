/** One text through every stage, on the small BERT and DeBERTa of the golden fixtures. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/backend";
import type { Entity } from "../../lib/gliner/entity";
import { GLiNER } from "../../lib/gliner/gliner";
import { ENCODER_PREFIX } from "../../lib/model/parameter-names";
import { type Stages, stages } from "../../lib/notebook/stages";
import { assertClose } from "../families/compare";
import { ROOT, TINY_BERT } from "../tiny";

before(() => useBackend());

const TEXT = "Anna Smith visited Paris.";
const LABELS = ["location", "person"];

/** Every row of every head is a distribution over the positions. */
function checkAttention({ attention, hidden, prompt }: Stages, heads: number): void {
  assert.equal(attention.length, hidden.length - 1);
  for (const layer of attention) {
    assert.equal(layer.length, heads);
    for (const row of layer.flat()) {
      assert.equal(row.length, prompt.length);
      assert.ok(Math.abs(row.reduce((sum, weight) => sum + weight, 0) - 1) < 1e-5);
    }
  }
}

test("every stage of BERT: shapes, roles, scores and candidates agree, and no tensor is left", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  // What is derived from the weights stays with the model.
  stages(model, TEXT, LABELS);
  const tensors = tf.memory().numTensors;
  const s = stages(model, TEXT, LABELS);
  assert.equal(tf.memory().numTensors, tensors);
  assert.deepEqual(
    s.words.map(({ text }) => text),
    ["Anna", "Smith", "visited", "Paris", "."],
  );
  const [W, K, C, D] = [s.words.length, model.config.max_width, LABELS.length, model.config.hidden_size];
  checkAttention(s, model.model.encoder.num_attention_heads);
  assert.deepEqual([s.spans.length, s.spans[0].length, s.spans[0][0].length], [W, K, D]);
  assert.deepEqual([s.types.length, s.typesBefore.length, s.typesBefore[0].length], [C, C, D]);
  assert.equal(s.encoded, s.hidden[s.hidden.length - 1]);
  // H = D here: a type's vector is the encoder's at its own place.
  const person = s.prompt.find(({ role }) => role === 'type "person"')?.position ?? -1;
  assertClose(s.typesBefore[1], s.encoded[person], 0, "type vector");
  s.scores.forEach((rows, c) => {
    rows.forEach((row, w) => {
      row.forEach((p, k) => {
        assert.equal(Number.isNaN(p), w + k >= W);
        if (!Number.isNaN(p)) assert.equal(p, 1 / (1 + Math.exp(-s.logits[c][w][k])));
      });
    });
  });
  assert.equal(s.candidates(0).length, s.scores.flat(2).filter((p) => !Number.isNaN(p)).length);
  // The plain head runs here, the factored one there: scores differ by rounding.
  const [found, wanted] = [s.entities(0.3), await model.predictEntities(TEXT, LABELS, { threshold: 0.3 })];
  const place = ({ start, end, text, label }: Entity) => ({ start, end, text, label });
  assert.ok(found.length > 0);
  assert.deepEqual(found.map(place), wanted.map(place));
  assertClose(
    found.map(({ score }) => score),
    wanted.map(({ score }) => score),
    1e-5,
    "scores of the entities",
  );
  model.dispose();
});

test("attention of a head by hand, from the layer's input and its two matrices", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const { hidden, attention } = stages(model, TEXT, LABELS);
  const { num_attention_heads: heads, hidden_size: H } = model.model.encoder;
  const d = H / heads;
  const [layer, head] = [attention.length - 1, heads - 1];
  const project = (name: string, x: number[]) => {
    const prefix = `${ENCODER_PREFIX}encoder.layer.${layer}.attention.self.${name}`;
    const weight = model.model.parameters.get(`${prefix}.weight`).arraySync() as number[][];
    const bias = model.model.parameters.get(`${prefix}.bias`).arraySync() as number[];
    const all = weight.map((row, n) => row.reduce((sum, value, i) => sum + value * x[i], bias[n]));
    return all.slice(head * d, (head + 1) * d);
  };
  const keys = hidden[layer].map((x) => project("key", x));
  hidden[layer].forEach((x, t) => {
    const query = project("query", x);
    const powers = keys.map((key) => Math.exp(key.reduce((sum, value, i) => sum + value * query[i], 0) / Math.sqrt(d)));
    const total = powers.reduce((a, b) => a + b, 0);
    assertClose(
      attention[layer][head][t],
      powers.map((power) => power / total),
      1e-5,
      `row ${t}`,
    );
  });
  model.dispose();
});

test("DeBERTa's attention is told in the same form", async () => {
  const model = await GLiNER.fromPretrained(join(ROOT, "test/golden/tiny_deberta"));
  checkAttention(stages(model, TEXT, LABELS), model.model.encoder.num_attention_heads);
  model.dispose();
});
