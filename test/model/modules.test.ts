import assert from "node:assert/strict";
import { before, test } from "node:test";
import { loadModel } from "../../lib/gliner/checkpoint/load";
import { moduleOf, parametersOf } from "../../lib/model/modules";
import { TINY_BERT } from "../tiny";

let names: string[];
before(async () => {
  const { parameters } = await loadModel(TINY_BERT);
  names = parameters.names();
  parameters.dispose();
});

test("every parameter belongs to a named module", () => {
  const modules = new Set(names.map(moduleOf));
  assert.ok(!modules.has("other"));
  for (const module of ["embeddings", "encoder", "rnn", "span_layer", "prompt"]) assert.ok(modules.has(module), module);
});

test("a component freezes the parameters of its name, the encoder with its embeddings", () => {
  const frozen = (...components: string[]) => parametersOf(components, names, "freeze_components");
  assert.ok([...frozen("rnn")].every((name) => name.startsWith("rnn.")) && frozen("rnn").size > 0);
  assert.deepEqual(frozen("text_encoder"), frozen("encoder"));
  for (const name of frozen("embeddings")) assert.ok(frozen("encoder").has(name));
  assert.equal(frozen("word_embeddings").size, 1);
  const layer = frozen("encoder.layer.0");
  assert.ok(layer.size > 5 && [...layer].every((name) => name.includes("encoder.layer.0.")));
  assert.deepEqual(frozen("rnn", "prompt").size, frozen("rnn").size + frozen("prompt").size);
  assert.equal(frozen().size, 0);
});

test("a component that the model lacks is an error that lists what there is", () => {
  for (const name of ["decoder", "encoder.layer.99", "scorer", "constructor"])
    assert.throws(() => parametersOf([name], names, "freeze_components"), {
      name: "UserError",
      message: /the model has no ".*"; wanted some of embeddings/,
    });
});
