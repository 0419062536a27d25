import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { isNative, useBackend } from "../../lib/backend";
import { StepFailure } from "../../lib/train/failure";
import { clipFactor } from "../../lib/train/gradients";
import { AdamW } from "../../lib/train/optimizer";
import { schedule, warmupSteps } from "../../lib/train/schedule";
import { type StepReport, Trainer } from "../../lib/train/trainer";

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

test("gradients of several batches are averaged: one step over them is one step over the whole", async () => {
  const [x, y] = [
    [-1, 0, 1, 2],
    [-4, -1, 2, 5],
  ];
  const after = async (batches: number, size: number) => {
    const { w, b, task } = line();
    const numbers: number[] = [];
    const loss = (number: number) => {
      numbers.push(number);
      const from = (number % batches) * size;
      const [xs, ys] = [x, y].map((list) => tf.keep(tf.tensor1d(list.slice(from, from + size))));
      return () => tf.mean(tf.square(tf.sub(tf.add(tf.mul(w, xs), b), ys))) as tf.Scalar;
    };
    const reports: StepReport[] = [];
    await new Trainer(
      { ...task, loss },
      {
        steps: 3,
        groups: groups(0.1),
        schedule: () => 1,
        maxGradNorm: 0,
        accumulation: batches,
        onStep: (report) => reports.push(report),
      },
    ).run();
    return { values: [w.dataSync()[0], b.dataSync()[0]], losses: reports.map((report) => report.loss), numbers };
  };
  const [whole, parts] = [await after(1, 4), await after(2, 2)];
  assert.deepEqual(parts.numbers, [0, 1, 2, 3, 4, 5]);
  for (const key of ["values", "losses"] as const)
    parts[key].forEach((value, i) => {
      assert.ok(Math.abs(value - whole[key][i]) < 1e-6, `${key}: ${value}, ${whole[key][i]}`);
    });
});

test("a failed step is left out only where that is asked for; it moves no weight and counts no update", async () => {
  const { w, task } = line();
  const weights: number[] = [];
  const failures: string[] = [];
  const reports: StepReport[] = [];
  const broken = { ...task, loss: (step: number) => () => tf.mul(w, step === 2 ? Number.NaN : 1) as tf.Scalar };
  const trainer = new Trainer(broken, {
    steps: 5,
    groups: groups(0.1),
    schedule: () => 1,
    maxGradNorm: 0,
    onFailure: ({ failed }) => {
      failures.push(`${failed.kind} at step ${failed.step}, batches ${failed.batches}`);
      return "skip";
    },
    onStep: (report) => {
      reports.push(report);
      weights.push(w.dataSync()[0]);
    },
  });
  const before = tf.memory().numTensors;
  assert.equal(await trainer.run(), 5);
  assert.deepEqual(failures, ["not finite at step 3, batches 2"]);
  assert.deepEqual(
    reports.map(({ skipped }) => skipped !== undefined),
    [false, false, true, false, false],
  );
  assert.equal(weights[2], weights[1]);
  assert.equal([...trainer.optimizer.state()].find(([name]) => name === "step.w")?.[2]()[0], 4);
  trainer.optimizer.dispose();
  assert.equal(tf.memory().numTensors, before);
});

test("what a loss throws ends the run with the step and its cause, and leaves no tensor", async () => {
  const { task } = line();
  const cause = new TypeError("tokens[3] is not a word");
  const loss = (step: number) => () => {
    if (step === 1) throw cause;
    return tf.scalar(1).mul(task.parameters.get("w") as tf.Variable) as tf.Scalar;
  };
  const options = { steps: 5, groups: groups(0.1), schedule: () => 1, maxGradNorm: 0, accumulation: 2 };
  const before = tf.memory().numTensors;
  await assert.rejects(new Trainer({ ...task, loss }, options).run(), (error) => {
    assert.ok(error instanceof StepFailure && error.cause === cause);
    assert.equal(error.failed.kind, "error");
    assert.equal(error.message, "step 1: tokens[3] is not a word; training stopped.");
    return true;
  });
  assert.equal(tf.memory().numTensors, before);
});

test("memory that runs out is told from other faults, in TensorFlow's own words", async (context) => {
  if (!isNative()) return context.skip("no native TensorFlow");
  const { w, task } = line();
  // Sixteen terabytes: no machine gives them.
  const loss = () => () => tf.sum(tf.mul(w, tf.matMul(tf.ones([1e6, 1]), tf.ones([1, 4e6])))) as tf.Scalar;
  const options = { steps: 1, groups: groups(0.1), schedule: () => 1, maxGradNorm: 0 };
  await assert.rejects(new Trainer({ ...task, loss }, options).run(), (error) => {
    assert.ok(error instanceof StepFailure);
    assert.equal(error.failed.kind, "out of memory", error.message);
    assert.match(error.message, /step 1: memory ran out .*train_batch_size/);
    return true;
  });
});

test("the norms of the modules make up the norm of all gradients", async () => {
  const { task } = line();
  const reports: StepReport[] = [];
  await new Trainer(task, {
    steps: 2,
    groups: groups(0.1),
    schedule: () => 1,
    maxGradNorm: 1,
    moduleOf: (name) => `module of ${name}`,
    onStep: (report) => reports.push(report),
  }).run();
  for (const { moduleNorms, gradientNorm, clipped } of reports) {
    assert.deepEqual(Object.keys(moduleNorms), ["module of w", "module of b"]);
    assert.ok(Math.abs(Math.hypot(...Object.values(moduleNorms)) - gradientNorm) < 1e-9 * gradientNorm);
    assert.equal(clipped, gradientNorm > 1);
  }
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
