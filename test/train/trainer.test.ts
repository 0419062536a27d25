import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/backend";
import { clipFactor } from "../../lib/train/gradients";
import { AdamW } from "../../lib/train/optimizer";
import { schedule, warmupSteps } from "../../lib/train/schedule";
import { Trainer } from "../../lib/train/trainer";

before(() => useBackend());

/** A line to fit: y = 3 x - 1. */
function line() {
  const w = tf.variable(tf.scalar(0));
  const b = tf.variable(tf.scalar(0));
  const parameters = new Map<string, tf.Variable>([
    ["w", w],
    ["b", b],
  ]);
  const loss = () => () => {
    const x = tf.tensor1d([-1, 0, 1, 2]);
    return tf.mean(tf.square(tf.sub(tf.add(tf.mul(w, x), b), tf.tensor1d([-4, -1, 2, 5])))) as tf.Scalar;
  };
  return { w, b, task: { parameters, loss } };
}

const groups = (learningRate: number) => [{ names: ["w", "b"], learningRate, weightDecay: 0 }];

test("it learns a line and keeps the number of tensors constant", async () => {
  const { w, b, task } = line();
  const counts: number[] = [];
  const trainer = new Trainer(task, {
    steps: 400,
    groups: groups(0.05),
    schedule: () => 1,
    maxGradNorm: 0,
    onStep: () => void counts.push(tf.memory().numTensors),
  });
  assert.equal(await trainer.run(), 400);
  assert.ok(Math.abs(w.dataSync()[0] - 3) < 0.02 && Math.abs(b.dataSync()[0] + 1) < 0.02);
  assert.equal(new Set(counts).size, 1, `tensors: ${counts.slice(0, 5)} ...`);
});

test("a loss that is no number stops the run and names the step", async () => {
  const { w, task } = line();
  const broken = { ...task, loss: (step: number) => () => tf.mul(w, step === 2 ? Number.NaN : 1) as tf.Scalar };
  const trainer = new Trainer(broken, { steps: 5, groups: groups(0.1), schedule: () => 1, maxGradNorm: 1 });
  await assert.rejects(() => trainer.run(), /step 3: the loss is NaN/);
  assert.ok(Number.isFinite(w.dataSync()[0]), "the weights are those of the step before");
});

test("the signal ends the run after the current step", async () => {
  const { task } = line();
  const stop = new AbortController();
  const onStep = ({ step }: { step: number }) => {
    if (step === 3) stop.abort();
  };
  const trainer = new Trainer(task, {
    steps: 10,
    groups: groups(0.1),
    schedule: () => 1,
    maxGradNorm: 0,
    onStep,
    signal: stop.signal,
  });
  assert.equal(await trainer.run(), 3);
});

test("AdamW leaves a parameter without a gradient alone, decay included", () => {
  const { w, b, task } = line();
  w.assign(tf.scalar(2));
  b.assign(tf.scalar(2));
  const optimizer = new AdamW(task.parameters, [{ names: ["w", "b"], learningRate: 0.1, weightDecay: 0.5 }]);
  optimizer.apply(new Map([["w", tf.scalar(1)]]), 1);
  // First step of Adam moves by the learning rate whatever the gradient's size; the decay takes 5 % of 2 before it.
  assert.ok(Math.abs(w.dataSync()[0] - (2 * 0.95 - 0.1)) < 1e-5);
  assert.equal(b.dataSync()[0], 2);
});

test("clipping is torch's: limit / (norm + 1e-6), and none for a limit of 0", () => {
  assert.equal(clipFactor(0.5, 1), 1);
  assert.ok(Math.abs(clipFactor(10, 1) - 0.1) < 1e-7);
  assert.equal(clipFactor(10, 0), 1);
});

test("schedules warm up from 0 and end at 0; a warm-up from 1 on counts steps", () => {
  const cosine = schedule("cosine", { steps: 100, warmup: 10 });
  assert.deepEqual([cosine(0), cosine(5), cosine(10)], [0, 0.5, 1]);
  assert.ok(Math.abs(cosine(55) - 0.5) < 1e-9 && cosine(100) < 1e-9);
  assert.ok(Math.abs(schedule("linear", { steps: 100, warmup: 0 })(25) - 0.75) < 1e-9);
  assert.deepEqual([warmupSteps(30000, 0.1), warmupSteps(30000, 3000)], [3000, 3000]);
});
