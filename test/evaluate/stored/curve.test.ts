import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { ZERO_SHOT_SETS } from "../../../lib/data/zero-shot-tests";
import { storedCurve } from "../../../lib/evaluate/stored/curve";

const scratch = mkdtempSync(join(tmpdir(), "curve-"));
after(() => rmSync(scratch, { recursive: true }));

test("the kept results of the long run hold together: a mean is the mean of its sets, a difference that of two models", () => {
  const { models, pairs, sentences } = storedCurve("long-run");
  assert.deepEqual(Object.keys(sentences), [...ZERO_SHOT_SETS]);
  for (const { model, average, datasets } of models) {
    const mean = datasets.reduce((sum, { f1 }) => sum + f1, 0) / datasets.length;
    assert.ok(Math.abs(mean - average.f1) < 0.01, `${model}: ${mean} and ${average.f1}`);
    assert.ok(average.ci95[0] <= average.f1 && average.f1 <= average.ci95[1], model);
  }
  assert.ok(pairs.length > 0);
  for (const { model, other, threshold, average } of pairs) {
    const [a, b] = [model, other].map((name) =>
      models.find((one) => one.model === name && one.threshold === threshold),
    );
    assert.ok(a && b, `${model} and ${other}`);
    assert.ok(Math.abs(a.average.f1 - b.average.f1 - average.difference) < 0.02, `${model} and ${other}`);
  }
});

test("a file that is absent or another one is refused by name", () => {
  assert.throws(() => storedCurve("nothing", scratch), /nothing\.json cannot be read/);
  writeFileSync(join(scratch, "other.json"), "[]");
  assert.throws(() => storedCurve("other", scratch), /other\.json has no lists "models" and "pairs"/);
});
