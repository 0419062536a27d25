import assert from "node:assert/strict";
import { test } from "node:test";
import { publishedModels } from "../../../lib/gliner/checkpoint/published";
import { countParameters } from "../../../lib/model/describe";
import { modelShapes } from "../../../lib/model/uni-encoder-span";

test("names and shapes give the published numbers of parameters", () => {
  const models = publishedModels();
  assert.equal(models.find(({ name }) => name.startsWith("GLiNER-large"))?.parameters, 459_495_168);
  for (const { name, config, encoder, parameters } of models) {
    const counted = countParameters(config, encoder).reduce((sum, block) => sum + block.parameters, 0);
    assert.equal(counted, parameters, name);
  }
});

test("a published file is its parameters in float32 and a header", () => {
  const bytes: Record<string, number> = {
    "gliner_small-v1": 664_155_586,
    "gliner_large-v2.1": 1_782_044_554,
    "gliner_multi-v2.1": 1_155_900_362,
  };
  for (const { name, parameters } of publishedModels())
    if (name in bytes) assert.ok(bytes[name] > 4 * parameters && bytes[name] < 4 * parameters + 2e5, name);
});

/** The tensors of a published GLiNER on DeBERTa-v3 with markerV0, as Python's state_dict has them. */
function* pythonShapes(V: number, H: number, I: number, layers: number, D: number): Generator<[string, number[]]> {
  function* linear(name: string, out: number, from: number): Generator<[string, number[]]> {
    yield* [[`${name}.weight`, [out, from]] as [string, number[]], [`${name}.bias`, [out]] as [string, number[]]];
  }
  function* norm(name: string): Generator<[string, number[]]> {
    yield* [[`${name}.weight`, [H]] as [string, number[]], [`${name}.bias`, [H]] as [string, number[]]];
  }
  function* projection(name: string, from: number): Generator<[string, number[]]> {
    yield* linear(`${name}.0`, 4 * D, from);
    yield* linear(`${name}.3`, D, 4 * D);
  }
  const bert = "token_rep_layer.bert_layer.model.";
  yield [`${bert}embeddings.word_embeddings.weight`, [V, H]];
  yield* norm(`${bert}embeddings.LayerNorm`);
  for (let n = 0; n < layers; n++) {
    const layer = `${bert}encoder.layer.${n}.`;
    for (const name of ["query_proj", "key_proj", "value_proj"]) yield* linear(`${layer}attention.self.${name}`, H, H);
    yield* linear(`${layer}attention.output.dense`, H, H);
    yield* norm(`${layer}attention.output.LayerNorm`);
    yield* linear(`${layer}intermediate.dense`, I, H);
    yield* linear(`${layer}output.dense`, H, I);
    yield* norm(`${layer}output.LayerNorm`);
  }
  yield [`${bert}encoder.rel_embeddings.weight`, [512, H]];
  yield* norm(`${bert}encoder.LayerNorm`);
  if (H !== D) yield* linear("token_rep_layer.projection", D, H);
  for (const direction of ["", "_reverse"]) {
    yield [`rnn.lstm.weight_ih_l0${direction}`, [2 * D, D]];
    yield [`rnn.lstm.weight_hh_l0${direction}`, [2 * D, D / 2]];
    for (const bias of ["bias_ih", "bias_hh"]) yield [`rnn.lstm.${bias}_l0${direction}`, [2 * D]];
  }
  const span = "span_rep_layer.span_rep_layer.";
  yield* projection(`${span}project_start`, D);
  yield* projection(`${span}project_end`, D);
  yield* projection(`${span}out_project`, 2 * D);
  yield* projection("prompt_rep_layer", D);
}

test("GLiNER-large and -base have Python's tensors, name by name and shape by shape", () => {
  const sizes = {
    "GLiNER-large, official yaml": [128004, 1024, 4096, 24, 768],
    "gliner_large-v2.1": [128004, 1024, 4096, 24, 512],
    "GLiNER-medium, official yaml": [128004, 768, 3072, 12, 768],
  } as const;
  for (const [name, [V, H, I, layers, D]] of Object.entries(sizes)) {
    const model = publishedModels().find((candidate) => candidate.name === name);
    assert.ok(model);
    assert.deepEqual(
      new Map(modelShapes(model.config, model.encoder)),
      new Map(pythonShapes(V, H, I, layers, D)),
      name,
    );
  }
});
