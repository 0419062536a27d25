import assert from "node:assert/strict";
import { test } from "node:test";
import { checkPrecision } from "../../../lib/gliner/recipe/precision";
import { trainingOf } from "../../../lib/gliner/recipe/settings";
import { parameterGroups } from "../../../lib/gliner/training/groups";

const NAMES = [
  "token_rep_layer.bert_layer.model.embeddings.word_embeddings.weight",
  "token_rep_layer.bert_layer.model.embeddings.LayerNorm.weight",
  "token_rep_layer.bert_layer.model.encoder.layer.0.output.dense.bias",
  "token_rep_layer.bert_layer.model.pooler.dense.weight",
  "token_rep_layer.projection.weight",
  "rnn.lstm.weight_ih_l0",
  "rnn.lstm.bias_ih_l0",
  "span_rep_layer.span_rep_layer.out_project.0.weight",
];

const groupsOf = (settings: Parameters<typeof trainingOf>[0]) =>
  parameterGroups(
    NAMES,
    trainingOf({ lr_encoder: 1, lr_others: 2, weight_decay_encoder: 0.1, weight_decay_other: 0.2, ...settings }, "x"),
  );

const byName = (settings: Parameters<typeof trainingOf>[0]) =>
  new Map(groupsOf(settings).flatMap(({ names, ...rates }) => names.map((name) => [name, rates] as const)));

test("four groups since 0.1.14: rate by encoder or not, no decay on biases and norms", () => {
  for (const era of [null, "0.1.14", "0.2.29"]) {
    assert.equal(groupsOf({ era }).length, 4);
    const found = byName({ era });
    assert.deepEqual(found.get(NAMES[0]), { learningRate: 1, weightDecay: 0.1 });
    for (const bare of [NAMES[1], NAMES[2]]) assert.deepEqual(found.get(bare), { learningRate: 1, weightDecay: 0 });
    // The projection is a part of token_rep_layer and learns at the encoder's rate, as in Python.
    assert.deepEqual(found.get(NAMES[4]), { learningRate: 1, weightDecay: 0.1 });
    assert.deepEqual(found.get(NAMES[5]), { learningRate: 2, weightDecay: 0.2 });
    assert.deepEqual(found.get(NAMES[6]), { learningRate: 2, weightDecay: 0 });
    assert.ok(!found.has(NAMES[3]), "nothing reads the pooler");
  }
});

test("two groups before: everything decays, and nothing is clipped", () => {
  for (const era of ["v0", "0.1.13"]) {
    assert.equal(groupsOf({ era }).length, 2);
    assert.deepEqual(byName({ era }).get(NAMES[2]), { learningRate: 1, weightDecay: 0.1 });
    assert.deepEqual(byName({ era }).get(NAMES[6]), { learningRate: 2, weightDecay: 0.2 });
    assert.equal(trainingOf({ era }, "x").max_grad_norm, 0);
  }
  assert.equal(trainingOf({ era: "0.1.14" }, "x").max_grad_norm, 0);
  assert.equal(trainingOf({ era: "0.2.3" }, "x").max_grad_norm, 1);
  assert.equal(trainingOf({ era: "v0", max_grad_norm: 5 }, "x").max_grad_norm, 5);
});

test("what is frozen is in no group; freezing everything is an error", () => {
  const found = byName({ freeze_components: ["encoder", "rnn"] });
  assert.deepEqual([...found.keys()], [NAMES[4], NAMES[7]]);
  assert.throws(
    () => groupsOf({ freeze_components: ["encoder", "projection", "rnn", "span_layer"] }),
    /nothing to train/,
  );
});

test("mixed precision on a CPU is refused in one sentence that names the backend", () => {
  const cpu = {
    name: "tensorflow",
    library: "TensorFlow 2.19.1 (PyPI, CPU)",
    version: "2.19.1",
    gpu: false,
    threads: 2,
    native: true,
    kernels: "off",
  } as const;
  checkPrecision("no", cpu);
  for (const precision of ["fp16", "bf16"] as const) {
    assert.throws(() => checkPrecision(precision, cpu), {
      exitCode: 2,
      message: /needs a GPU, and TensorFlow 2\.19\.1 \(PyPI, CPU\) computes on the CPU; set mixed_precision: no\.$/,
    });
    assert.throws(() => checkPrecision(precision, { ...cpu, gpu: true }), /no half-width tensors/);
  }
});
