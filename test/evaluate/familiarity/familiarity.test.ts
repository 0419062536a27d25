/** Familiarity against numbers of its authors' own tests (flairNLP/familiarity, tests/test_metric.py), and its vectors. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { useBackend } from "../../../lib/backend";
import { countTypes, familiarity, familiarityOfType } from "../../../lib/evaluate/familiarity/familiarity";
import { typeVectors } from "../../../lib/evaluate/familiarity/type-vectors";
import { readManifest } from "../../../lib/provenance/manifest";
import { readTrainedTypes } from "../../../lib/provenance/trained-types";
import { ROOT } from "../../tiny";
import { tinyEncoder } from "../../tiny-encoder";

test("the authors' own examples, weights by Zipf", () => {
  assert.equal(familiarityOfType([0.95, 0.8], [200, 200], 400).toFixed(4), "0.9342");
  assert.equal(familiarityOfType([0.95, 0.8, 0.7], [200, 500, 100], 800).toFixed(4), "0.9196");
  assert.equal(familiarityOfType([0.8, 0.95], [200, 200], 400).toFixed(4), "0.9342", "in the order of similarity");
});

test("a thousand mentions of the very type are 1; fewer are less, none are 0", () => {
  assert.ok(Math.abs(familiarityOfType([1, 0], [1000, 9]) - 1) < 1e-9);
  const [few, more] = [10, 100].map((count) => familiarityOfType([1], [count]));
  assert.ok(few < more && more < 1);
  assert.equal(familiarityOfType([], []), 0);
});

test("vectors of names: the same name is 1 away from nothing, batches do not matter", async () => {
  const folder = mkdtempSync(join(tmpdir(), "familiarity-"));
  try {
    await useBackend();
    const encoder = tinyEncoder(folder);
    const names = ["person", "city", "company name", "a very long type with many words"];
    const together = await typeVectors(names, encoder);
    for (const name of names) {
      const alone = (await typeVectors([name], encoder)).get(name) ?? new Float32Array();
      const there = together.get(name) ?? new Float32Array(1);
      assert.ok(
        alone.every((value, i) => Math.abs(value - there[i]) < 1e-4),
        name,
      );
    }
    const { value, seen, types } = familiarity({ person: 2000, city: 5 }, ["person", "company name"], together);
    assert.ok(Math.abs(types[0].value - 1) < 1e-6 && types[0].nearest[0].type === "person");
    assert.ok(types[1].value < 1 && value < 1 && seen === 0.5);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("the shipped model says what it was trained on", () => {
  const counts = readTrainedTypes(join(ROOT, "data", "checkpoint")) ?? {};
  const { mentions } = readManifest(join(ROOT, "data", "checkpoint", "manifest.json")).data.train_data;
  assert.equal(
    Object.values(counts).reduce((a, b) => a + b, 0),
    mentions + 101_899,
    "the mentions of its manifest, and those of the model that it went on from",
  );
  assert.ok(counts.person > 0 && counts["sequence feature"] > 0, "of our own texts and of the public corpus");
  assert.deepEqual(
    countTypes([
      { ner: [[0, 0, "a"]] },
      {
        ner: [
          [0, 0, "b"],
          [1, 1, "b"],
        ],
      },
    ]),
    { b: 2, a: 1 },
  );
});
