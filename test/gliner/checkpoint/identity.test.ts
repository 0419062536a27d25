import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { modelIdentity } from "../../../lib/gliner/checkpoint/identity";
import { GLiNER } from "../../../lib/gliner/gliner";
import { TINY_BERT } from "../../tiny";

const scratch = mkdtempSync(join(tmpdir(), "identity-"));
after(() => rmSync(scratch, { recursive: true }));

test("a model is known by its bytes, not by its folder's name or what else lies there", async () => {
  const copy = join(scratch, "run", "last");
  cpSync(TINY_BERT, copy, { recursive: true });
  const original = await modelIdentity(TINY_BERT);
  assert.equal(original.name, "tiny_bert");
  assert.match(original.sha256, /^[0-9a-f]{64}$/);
  assert.ok(original.max_width && original.max_width > 0);
  assert.equal((await modelIdentity(copy)).sha256, original.sha256);
  assert.equal((await modelIdentity(copy)).name, "run-last");
  writeFileSync(join(copy, "optimizer.safetensors"), "moments");
  assert.equal((await modelIdentity(copy)).sha256, original.sha256);
  const config = join(copy, "gliner_config.json");
  writeFileSync(config, readFileSync(config, "utf8").replace(/"max_len": \d+/, '"max_len": 77'));
  assert.notEqual((await modelIdentity(copy)).sha256, original.sha256);
});

test("a file of weights is no model: the sentence names the folder that is meant", async () => {
  const message = /tiny_bert\/model\.safetensors is a file; wanted the folder that it lies in.*: "\S+tiny_bert"\.$/;
  const weights = join(TINY_BERT, "model.safetensors");
  await assert.rejects(modelIdentity(weights), { name: "UserError", message });
  await assert.rejects(GLiNER.fromPretrained(weights), { name: "UserError", message });
  await assert.rejects(GLiNER.fromConfig({ model_name: weights }), {
    name: "UserError",
    message: /is a file; wanted the folder/,
  });
  await assert.rejects(modelIdentity(join(scratch, "none")), {
    name: "UserError",
    message: /does not exist; wanted a folder/,
  });
});

test("a folder without a model is one sentence", async () => {
  mkdirSync(join(scratch, "empty"));
  await assert.rejects(() => modelIdentity(join(scratch, "empty")), {
    name: "UserError",
    message: /gliner_config\.json does not exist/,
  });
});
