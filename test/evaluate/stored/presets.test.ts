import assert from "node:assert/strict";
import { test } from "node:test";
import { readSources } from "../../../lib/data/sources";
import { PRESETS } from "../../../lib/evaluate/scoring/presets";
import { meanF1 } from "../../../lib/evaluate/statistics/bootstrap";
import { storedCounts, storedPresets } from "../../../lib/evaluate/stored/presets";

test("the stored table names its model, its data and its commands, and its numbers agree with each other", () => {
  const stored = storedPresets();
  const { model, sets } = stored.manifest;
  assert.match(model.sha256, /^[0-9a-f]{64}$/);
  const sources = readSources();
  for (const { name, source_sha256 } of sets)
    assert.ok(
      sources.some((source) => source.id === name && "sha256" in source && source.sha256 === source_sha256),
      name,
    );
  assert.ok(stored.again.length >= 2 && stored.again.every((line) => !line.includes("/root")));
  for (const { preset, verdict, average, datasets, ci95 } of stored.rows) {
    assert.equal(PRESETS.find(({ name }) => name === preset)?.verdict, verdict, preset);
    const values = Object.values(datasets);
    assert.ok(Math.abs(values.reduce((a, b) => a + b, 0) / 7 - average) < 2e-5, preset);
    assert.ok(ci95 === null || (ci95[0] <= average && average <= ci95[1]), preset);
  }
  const counts = storedCounts(stored);
  assert.deepEqual(
    counts.map((set) => set.length),
    sets.map(({ texts }) => texts),
  );
  const row = stored.rows.find(({ preset, threshold }) => preset === "gliner" && threshold === stored.counts.threshold);
  assert.ok(row && Math.abs(meanF1(counts) - row.average) < 1e-5);
});
