/**
 * The forms of a checkpoint of 28.9 million parameters: how large each is, and what it changes. A real model that Python trained, the
 * first 200 sentences of each of the seven tests.
 */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { useBackend } from "../../lib/backend";
import { goldTypes, readRecords } from "../../lib/data/records";
import { ZERO_SHOT_SETS } from "../../lib/data/zero-shot-tests";
import { evaluateRecords } from "../../lib/evaluate/zero-shot";
import type { SaveOptions } from "../../lib/gliner/checkpoint/save";
import { GLiNER } from "../../lib/gliner/gliner";
import { ROOT } from "../tiny";

const RUN = join(ROOT, "..", "shared", "python-run-1500");
const TESTS = join(ROOT, "..", "shared", "corpus", "zero-shot");
const present = existsSync(RUN) && existsSync(TESTS);
if (!present) process.stdout.write("skipped: ../shared/python-run-1500 is not beside the checkout\n");

const scratch = mkdtempSync(join(tmpdir(), "forms-"));
before(() => useBackend());
after(() => rmSync(scratch, { recursive: true }));

const FORMS: [name: string, file: string, largest: number, options: SaveOptions][] = [
  ["float32", "model.safetensors", 116e6, {}],
  ["float16", "model.safetensors", 58e6, { precision: "float16" }],
  ["int8", "model.compact.safetensors", 30e6, { precision: "int8" }],
  [
    "int8, the encoder's word embeddings",
    "model.compact.safetensors",
    20e6,
    { precision: "int8", wordEmbeddings: "encoder", tolerance: 0.01 },
  ],
];
const THRESHOLDS = [0.5, 0.3, 0.1];

/** Mean F1 of the seven tests at each threshold, in percent. */
async function scores(folder: string): Promise<number[]> {
  const model = await GLiNER.fromPretrained(folder);
  const sums = THRESHOLDS.map(() => 0);
  for (const set of ZERO_SHOT_SETS) {
    const all = await readRecords(join(TESTS, `${set}.jsonl`));
    const entityTypes = goldTypes(all).filter((type) => type !== "else");
    const { thresholds } = await evaluateRecords(model, all.slice(0, 200), { entityTypes, thresholds: THRESHOLDS });
    for (const [i, { f1 }] of thresholds.entries()) sums[i] += (100 * f1) / ZERO_SHOT_SETS.length;
  }
  model.dispose();
  return sums;
}

test("every form is as small as promised, and F1 stays within half a point", { skip: !present }, async (context) => {
  const model = await GLiNER.fromPretrained(RUN);
  let exact: number[] | undefined;
  for (const [name, file, largest, options] of FORMS) {
    const folder = join(scratch, name.replace(/\W+/g, "-"));
    await model.savePretrained(folder, options);
    const { size } = statSync(join(folder, file));
    const found = await scores(folder);
    exact ??= found;
    context.diagnostic(`${name}: ${(size / 1e6).toFixed(1)} MB, F1 ${found.map((f1) => f1.toFixed(2)).join(" / ")}`);
    assert.ok(size <= largest, `${name}: ${size} bytes`);
    for (const [i, f1] of found.entries()) assert.ok(Math.abs(f1 - exact[i]) < 0.5, `${name}: ${f1}, ${exact[i]}`);
  }
  model.dispose();
});
