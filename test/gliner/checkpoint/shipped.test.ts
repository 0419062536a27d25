import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { sentenceDomains } from "../../../lib/data/marked/sentences";
import { loadRecords } from "../../../lib/data/named";
import { evaluateRecords } from "../../../lib/evaluate/zero-shot";
import { modelFolder, SHIPPED_MODEL } from "../../../lib/gliner/checkpoint/shipped";
import { GLiNER } from "../../../lib/gliner/gliner";
import { readManifest } from "../../../lib/provenance/manifest";

test("the reader's model folder comes first, then WORKBOOK_MODEL, then the project's own", (t) => {
  const before = process.env.WORKBOOK_MODEL;
  t.after(() => {
    if (before === undefined) delete process.env.WORKBOOK_MODEL;
    else process.env.WORKBOOK_MODEL = before;
  });
  process.env.WORKBOOK_MODEL = "named";
  assert.equal(modelFolder("given"), "given");
  assert.equal(modelFolder(), "named");
  delete process.env.WORKBOOK_MODEL;
  assert.equal(modelFolder(), SHIPPED_MODEL);
});

test("the shipped model is at most 30 MB with its card, manifest and curve", () => {
  const files = readdirSync(SHIPPED_MODEL);
  const bytes = files.reduce((sum, name) => sum + statSync(join(SHIPPED_MODEL, name)).size, 0);
  assert.ok(bytes <= 30e6, `${bytes} bytes`);
  for (const name of ["README.md", "manifest.json", "curve.json"]) assert.ok(files.includes(name), name);
});

test("its card says data, licence, step and scores; no source has a NonCommercial term", () => {
  const card = readFileSync(join(SHIPPED_MODEL, "README.md"), "utf8");
  const { data, result } = readManifest(join(SHIPPED_MODEL, "manifest.json"));
  assert.match(card, /^license: cc-by-sa-4.0$/m);
  assert.match(card, /^The model of step \d+\./m);
  assert.match(card, /^\| 0\.5 \| \d+\.\d \(\d+\.\d to \d+\.\d\) \|/m, "the seven tests");
  const own = sentenceDomains();
  for (const source of Object.keys(data.train_data.sources))
    assert.ok(card.includes(own.has(source) ? "| data/sentences: " : `| ${source} |`), source);
  assert.doesNotMatch(card, /\bNC\b|NonCommercial/);
  assert.ok(result.steps > 0 && result.skipped.length === 0);
});

test("it finds a person and a city, and reads texts of the project", async () => {
  const model = await GLiNER.fromPretrained(SHIPPED_MODEL);
  const found = await model.predictEntities("Marie Curie worked in Paris.", ["person", "city"]);
  assert.deepEqual(
    found.map(({ text, label }) => [text, label]),
    [
      ["Marie Curie", "person"],
      ["Paris", "city"],
    ],
  );
  const all = await loadRecords("sentences:test");
  const records = all.filter(({ ner }) => ner.some(([, , type]) => type === "city")).slice(0, 16);
  const { f1 } = await evaluateRecords(model, records, { entityTypes: ["city", "country"] });
  assert.ok(f1 > 0.15, `F1 ${f1}`);
  model.dispose();
});
