/** Long calls let the event loop turn and listen to a signal; a model that was disposed of is refused everywhere. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { useBackend } from "../../lib/backend";
import { predict } from "../../lib/evaluate/predictions/predict";
import { studyOrders } from "../../lib/evaluate/prompts/label-order";
import { saveModel } from "../../lib/gliner/checkpoint/save";
import { GLiNER } from "../../lib/gliner/gliner";
import { train } from "../../lib/gliner/training/train";
import { TINY_BERT, TINY_RECORDS } from "../tiny";

const scratch = mkdtempSync(join(tmpdir(), "long-calls-"));
after(() => rmSync(scratch, { recursive: true }));
before(() => useBackend());

const TEXT = "Anna Smith met Boris Garcia in Paris last Tuesday.";
const LABELS = ["person", "organization", "location"];
const TOKENS = TINY_RECORDS.map(({ tokens }) => tokens);

test("a timer fires while entities are asked for in a loop, blank texts among them", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  for (const text of [TEXT, ""]) {
    let fired = false;
    setTimeout(() => {
      fired = true;
    }, 0);
    // Without a turn of the event loop this would never end.
    for (let calls = 0; !fired; calls++) {
      assert.ok(calls < 100_000, "no timer fires");
      await model.predictEntities(text, LABELS);
    }
  }
  model.dispose();
});

test("a signal that comes in the middle ends every long call between two batches", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const identity = { name: "tiny", sha256: "0" };
  const task = { model: identity, name: "x", records: TINY_RECORDS, labels: LABELS };
  const path = join(scratch, "predictions.jsonl");
  type Options = { signal: AbortSignal; batchSize: number; onProgress(done: number): void };
  const calls: Record<string, (options: Options) => Promise<unknown>> = {
    inference: (options) => model.inference(Array(20).fill(TEXT), LABELS, options),
    windows: (options) => model.predictEntities(`${TEXT} `.repeat(40), LABELS, { ...options, window: true }),
    chunks: (options) => model.inference([TEXT, TEXT], LABELS, { ...options, labelsAtOnce: 1 }),
    candidates: (options) => model.candidates(TOKENS, LABELS, { floor: 0.5, ...options }),
    evaluate: (options) => model.evaluate(TINY_RECORDS, { entityTypes: LABELS, ...options }),
    predict: (options) => predict(model, task, { path, ...options }),
    orders: (options) => studyOrders(model, TINY_RECORDS, LABELS, { orders: 3, ...options }),
  };
  for (const [name, call] of Object.entries(calls)) {
    const controller = new AbortController();
    let heard = 0;
    const onProgress = () => {
      heard++;
      controller.abort();
    };
    await assert.rejects(
      () => call({ signal: controller.signal, batchSize: 1, onProgress }),
      { name: "AbortError" },
      name,
    );
    assert.equal(heard, 1, `${name} goes on after the signal`);
    await assert.rejects(
      () => call({ signal: AbortSignal.abort(new Error("mine")), batchSize: 1, onProgress }),
      /mine/,
    );
    assert.equal(heard, 1, `${name} begins after the signal`);
  }
  assert.deepEqual([existsSync(path), existsSync(`${path}.partial`)], [false, true], "what was answered is kept");
  const controller = new AbortController();
  const stream = model.stream(Array(300).fill(TEXT), LABELS, { batchSize: 1, signal: controller.signal });
  await stream.next();
  controller.abort();
  await assert.rejects(
    async () => {
      for await (const _ of stream) void _;
    },
    { name: "AbortError" },
  );
  model.dispose();
});

test("every use after dispose is refused, and nothing is written over a model", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const inside = model.model;
  const batch = model.collate([{ tokens: TOKENS[0], types: LABELS }]);
  model.dispose();
  model.dispose();
  const folder = join(scratch, "none");
  const uses: Record<string, () => unknown> = {
    predictEntities: () => model.predictEntities(TEXT, LABELS),
    blank: () => model.predictEntities("", LABELS),
    stream: () => model.stream([TEXT], LABELS).next(),
    candidates: () => model.candidates(TOKENS, LABELS, { floor: 0.5 }),
    evaluate: () => model.evaluate(TINY_RECORDS, { entityTypes: LABELS }),
    collate: () => model.collate([{ tokens: TOKENS[0], types: LABELS }]),
    scores: () => model.scores(batch),
    savePretrained: () => model.savePretrained(folder),
    saveModel: () => saveModel(inside, folder),
    train: () => train(model, TINY_RECORDS, { num_steps: 1 }),
    config: () => model.config,
    size: () => model.size,
    parameters: () => inside.parameters.count(),
  };
  for (const [name, use] of Object.entries(uses))
    await assert.rejects(async () => use(), { name: "UserError", message: /the model has been disposed of/ }, name);
  assert.equal(existsSync(join(folder, "model.safetensors")), false);
});
