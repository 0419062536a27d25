import assert from "node:assert/strict";
import { test } from "node:test";
import { publishedModels } from "../../lib/gliner/published";
import { countParameters } from "../../lib/model/count";

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
