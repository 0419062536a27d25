import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../../lib/backend";
import type { NerSpan } from "../../../lib/data/records";
import { GLiNER } from "../../../lib/gliner/gliner";
import type { TrainOptions } from "../../../lib/gliner/training/options";
import { train } from "../../../lib/gliner/training/train";
import { TINY_BERT, TINY_RECORDS } from "../../tiny";

const scratch = mkdtempSync(join(tmpdir(), "train-"));
after(() => rmSync(scratch, { recursive: true }));
before(() => useBackend());

const OPTIONS: TrainOptions = { num_steps: 6, train_batch_size: 3, lr_encoder: 1e-3, lr_others: 1e-3, seed: 3 };

/** Trains the tiny model and returns its losses and a few of its weights. */
async function run(options: TrainOptions) {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const result = await train(model, TINY_RECORDS, options);
  const weights = model.model.parameters.get("prompt_rep_layer.3.weight").dataSync();
  model.dispose();
  return { ...result, losses: result.history.map(({ loss }) => loss), weights };
}

test("the loss falls and the number of tensors stays constant", async () => {
  const counts: number[] = [];
  const onStep = () => void counts.push(tf.memory().numTensors);
  const { losses } = await run({ ...OPTIONS, num_steps: 40, onStep });
  const mean = (list: number[]) => list.reduce((a, b) => a + b, 0) / list.length;
  assert.ok(mean(losses.slice(-8)) < 0.7 * mean(losses.slice(0, 8)), `${losses.map(Math.round)}`);
  assert.equal(new Set(counts).size, 1, `tensors after each step: ${counts}`);
});

test("the same seed takes the same steps, another seed takes others", async () => {
  const first = await run(OPTIONS);
  const second = await run(OPTIONS);
  const other = await run({ ...OPTIONS, seed: 4 });
  second.losses.forEach((loss, i) => {
    assert.ok(Math.abs(loss - first.losses[i]) <= 1e-4 * Math.abs(first.losses[i]), `step ${i + 1}`);
  });
  assert.notEqual(Math.round(other.losses[0]), Math.round(first.losses[0]));
});

test("a run that stops and resumes takes the steps of one that did not", async () => {
  const whole = await run({ ...OPTIONS, out: join(scratch, "whole") });
  const out = join(scratch, "parts");
  const stop = new AbortController();
  const onStep = ({ step }: { step: number }) => {
    if (step === 3) stop.abort();
  };
  const part = await run({ ...OPTIONS, out, signal: stop.signal, onStep });
  assert.equal(part.steps, 3);
  const rest = await run({ ...OPTIONS, out, resume: true });
  assert.equal(rest.steps, 6);
  [...part.losses, ...rest.losses].forEach((loss, i) => {
    assert.ok(Math.abs(loss - whole.losses[i]) <= 1e-4 * Math.abs(whole.losses[i]), `step ${i + 1}`);
  });
  const lines = readFileSync(join(out, "metrics.jsonl"), "utf8").trim().split("\n");
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { step: number }).step),
    [1, 2, 3, 4, 5, 6],
  );
  const finished = await run({ ...OPTIONS, out, resume: true });
  assert.deepEqual([finished.steps, finished.losses.length], [6, 0]);
});

test("resume starts at step 0 where there is no checkpoint and refuses another configuration", async () => {
  const out = join(scratch, "fresh");
  const { losses } = await run({ ...OPTIONS, num_steps: 2, out, resume: true });
  assert.equal(losses.length, 2);
  await assert.rejects(() => run({ ...OPTIONS, num_steps: 2, lr_others: 5e-4, out, resume: true }), {
    name: "UserError",
    message: /another configuration/,
  });
});

test("the run folder holds a model that loads", async () => {
  const out = join(scratch, "folder");
  await run({ ...OPTIONS, num_steps: 4, save_every: 2, save_total_limit: 1, out });
  assert.ok(existsSync(join(out, "step-4")) && !existsSync(join(out, "step-2")));
  (await GLiNER.fromPretrained(join(out, "last"))).dispose();
});

test("development loss is measured when asked for, on fixed types", async () => {
  const { history } = await run({
    ...OPTIONS,
    num_steps: 3,
    lr_encoder: 0,
    lr_others: 0,
    eval_every: 1,
    dev: TINY_RECORDS,
  });
  assert.equal(history.length, 3);
  for (const { devLoss } of history) assert.equal(devLoss, history[0].devLoss);
});

test("nothing to train on is an error", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  await assert.rejects(() => train(model, []), /no records/);
  model.dispose();
});

test("settings of loss, types and labels reach the run; masks are the same after a resume", async () => {
  const records = TINY_RECORDS.map((record, i) =>
    i === 0 ? { ...record, negatives: ["product"], ner: [...record.ner, [0, 1, "date"] as NerSpan] } : record,
  );
  const losses = async (settings: TrainOptions, folder?: string) => {
    const model = await GLiNER.fromPretrained(TINY_BERT);
    const options = { num_steps: 4, train_batch_size: 3, lr_encoder: 1e-4, lr_others: 1e-3, ...settings };
    const { history } = await train(model, records, { ...options, out: folder });
    model.dispose();
    return history.map(({ loss }) => loss);
  };
  const plain = await losses({});
  const changes: TrainOptions[] = [
    { era: "v0" },
    { neg_source: "corpus" },
    { neg_source: "batch_reshuffled" },
    { shuffle_types: false },
    { random_drop: true },
    { manual_negatives: "none" },
    { preprocess_text: true },
    { one_type_per_span: true },
    { loss_type: "dice" },
    { masking: "span", negatives: 0.5 },
    { positive_weight: 2 },
    { loss_reduction: "mean" },
  ];
  // Two threads add in any order: what counts as another loss is far beyond that.
  const differ = (a: number[], b: number[]) => a.some((loss, i) => Math.abs(loss - b[i]) > 1e-3 * Math.abs(b[i]));
  for (const change of changes) assert.ok(differ(await losses(change), plain), JSON.stringify(change));
  assert.ok(!differ(await losses({}), plain));
  const masked = { masking: "global", negatives: 0.3 } as const;
  const whole = await losses(masked);
  const folder = join(scratch, "masked");
  const stop = new AbortController();
  const onStep = ({ step }: { step: number }) => step === 2 && stop.abort();
  const first = await losses({ ...masked, signal: stop.signal, onStep: (report) => void onStep(report) }, folder);
  const rest = await losses({ ...masked, resume: true }, folder);
  assert.equal(first.length + rest.length, whole.length);
  assert.ok(!differ([...first, ...rest], whole));
  await assert.rejects(losses({ negatives: 2 }), /"negatives" is 2/);
});
