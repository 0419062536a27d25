/**
 * What a training of hours rests on, at length: twenty kills, two runs of one seed bit for bit, memory over 2,000 steps.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { GLiNER } from "../../lib/gliner/gliner";
import { holdOutTypes } from "../../lib/gliner/training/held-out";
import { train } from "../../lib/gliner/training/train";
import { cachedEncoder } from "../../lib/weights/encoders";
import { tinyRecipe, traceOf, trainKilled, trainVerb } from "../cli/killed";
import { ROOT, TINY_BERT, TINY_RECORDS } from "../tiny";

const scratch = mkdtempSync(join(tmpdir(), "train-long-"));
after(() => rmSync(scratch, { recursive: true }));

test("twenty kills at random moments change nothing", async (context) => {
  const recipe = ["--config", tinyRecipe(scratch, { num_steps: 120 })];
  const whole = join(scratch, "whole");
  assert.equal((await trainVerb(recipe, whole)).code, 0);
  const killed = join(scratch, "killed");
  const hits = await trainKilled(recipe, killed, 20, 2);
  context.diagnostic(`${hits} of 20 kills hit the run before its end`);
  assert.ok(hits >= 15);
  assert.deepEqual(traceOf(killed), traceOf(whole));
});

const QUICK = [
  "--config",
  join(ROOT, "data", "recipes", "quick.yaml"),
  "--set",
  "num_steps=200",
  "--set",
  "save_every=200",
];

test("MiniLM, 200 steps, one seed, one thread: two runs are the same bit for bit", {
  skip: !cachedEncoder() && "no MiniLM here",
}, async () => {
  const [a, b] = [join(scratch, "a"), join(scratch, "b")];
  for (const out of [a, b]) assert.equal((await trainVerb(QUICK, out)).code, 0);
  assert.deepEqual(traceOf(a), traceOf(b));
});

test("with two threads nothing is promised: whether two runs differ, and by how much, is measured", {
  skip: !cachedEncoder() && "no MiniLM here",
}, async (context) => {
  const [a, b] = [join(scratch, "two-a"), join(scratch, "two-b")];
  for (const out of [a, b]) assert.equal((await trainVerb(QUICK, out, { threads: 2 })).code, 0);
  const losses = [a, b].map((out) => traceOf(out).steps.map(({ loss }) => Number(loss)));
  const first = losses[0].findIndex((loss, i) => loss !== losses[1][i]);
  const off = losses[0].map((loss, i) => Math.abs(loss - losses[1][i]) / Math.abs(loss));
  context.diagnostic(
    first < 0
      ? "bit-identical"
      : `first different loss at step ${first + 1}; largest relative difference ${Math.max(...off).toExponential(1)}, at step 200 ${off[199].toExponential(1)}`,
  );
  assert.ok(losses[0].length === 200 && losses[1].length === 200);
});

test("2,000 steps: the number of tensors is constant and memory steady", async (context) => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const { train: records, heldOut } = holdOutTypes(TINY_RECORDS, { types: ["product"], records: TINY_RECORDS });
  const megabytes: Record<number, number> = {};
  const tensors = new Set<number>();
  await train(model, records, {
    num_steps: 2000,
    train_batch_size: 3,
    eval_every: 100,
    save_every: 500,
    dev: TINY_RECORDS,
    heldOut,
    out: join(scratch, "steady"),
    onStep: ({ step }) => {
      tensors.add(tf.memory().numTensors);
      if (step % 200 === 0) megabytes[step] = Math.round(process.memoryUsage().rss / 2 ** 20);
    },
  });
  model.dispose();
  context.diagnostic(`resident memory in MB by step: ${JSON.stringify(megabytes)}`);
  assert.equal(tensors.size, 1, `tensors: ${[...tensors]}`);
  assert.ok(megabytes[2000] - megabytes[200] < 100, `${megabytes[200]} MB at 200 steps, ${megabytes[2000]} at 2,000`);
  assert.equal(
    readFileSync(join(scratch, "steady", "metrics.jsonl"), "utf8")
      .trim()
      .split("\n").length,
    2000,
  );
});
