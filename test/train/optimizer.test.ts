import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { isNative, useBackend } from "../../lib/backend";
import { randomStream } from "../../lib/random";
import { AdamW, type MomentsKind } from "../../lib/train/optimizer";
import type { NamedArray } from "../../lib/weights/safetensors";
import { testAtEveryLevel } from "../kernels";

before(() => useBackend());

const BETAS = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
const SHAPES = { matrix: [40, 30], vector: [50], scalar: [] as number[] };
const random = randomStream(3, "optimizer test");
const normal = (shape: readonly number[], scale = 1) =>
  tf.tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => scale * random.normal()),
    [...shape],
  );

function make(moments: MomentsKind, start: Map<string, tf.Tensor>) {
  const variables = new Map([...start].map(([name, value]) => [name, tf.variable(value)]));
  const groups = [
    { names: ["matrix"], learningRate: 1e-2, weightDecay: 0.1 },
    { names: ["vector", "scalar"], learningRate: 1e-3, weightDecay: 0 },
  ];
  return { variables, optimizer: new AdamW(variables, groups, { ...BETAS, moments }) };
}

const start = () => new Map(Object.entries(SHAPES).map(([name, shape]) => [name, normal(shape)]));
const gradients = (scale: number) =>
  new Map(Object.entries(SHAPES).map(([name, shape]) => [name, normal(shape, scale)]));

testAtEveryLevel("one native op and the plain update agree over 200 steps, weights and moments", (level) => {
  if (!isNative()) return;
  const values = start();
  const [plain, native] = [make("plain", values), make(level === "off" ? "native" : "kernel", values)];
  for (let step = 0; step < 200; step++) {
    const given = gradients(10 ** random.integer(-5, 2));
    for (const { optimizer } of [plain, native]) optimizer.apply(given, 0.5, 0.3);
    tf.dispose([...given.values()]);
  }
  for (const name of Object.keys(SHAPES)) {
    const [a, b] = [plain, native].map(({ variables }) => variables.get(name)?.dataSync() ?? []);
    const scale = Math.max(...Array.from(a, Math.abs));
    a.forEach((value, i) => {
      assert.ok(Math.abs(value - b[i]) < 1e-5 * scale, `${name}[${i}]: ${value}, ${b[i]}`);
    });
  }
  const states = [plain, native].map(
    ({ optimizer }) => new Map([...optimizer.state()].map(([name, , read]) => [name, read()])),
  );
  assert.deepEqual([...states[0].keys()], [...states[1].keys()]);
  for (const [name, wanted] of states[0]) {
    const scale = Math.max(...Array.from(wanted, Math.abs));
    const found = states[1].get(name) ?? [];
    wanted.forEach((value, i) => {
      assert.ok(Math.abs(value - found[i]) <= 1e-4 * scale, `${name}[${i}]: ${value}, ${found[i]}`);
    });
  }
});

for (const moments of ["plain", "native", "kernel"] as const)
  testAtEveryLevel(
    `${moments}: saved and taken up in the middle, it goes on bit for bit; others' values stay`,
    (level) => {
      if ((moments !== "plain" && !isNative()) || (moments === "kernel") === (level === "off")) return;
      const values = start();
      const one = make(moments, values);
      one.optimizer.apply(gradients(1), 1);
      // A clone shares its memory with the variable: an update in place must not reach it.
      const clone = (one.variables.get("vector") as tf.Variable).clone();
      const held = clone.dataSync().slice();
      const state = new Map<string, NamedArray>(
        [...one.optimizer.state()].map(([name, shape, read]) => [name, { shape: [...shape], data: read() }]),
      );
      const two = make(moments, new Map([...one.variables].map(([name, variable]) => [name, variable.clone()])));
      two.optimizer.restore(state);
      for (let step = 0; step < 5; step++) {
        const given = gradients(0.1);
        for (const { optimizer } of [one, two]) optimizer.apply(given, 1, 0.5);
        tf.dispose([...given.values()]);
      }
      assert.deepEqual(clone.dataSync(), held);
      for (const name of Object.keys(SHAPES))
        assert.deepEqual(two.variables.get(name)?.dataSync(), one.variables.get(name)?.dataSync());
      for (const { optimizer } of [one, two]) optimizer.dispose();
    },
  );

test("tensors: constant over updates, none left after dispose", () => {
  const values = start();
  const before = tf.memory().numTensors;
  const { variables, optimizer } = make(isNative() ? "native" : "plain", values);
  const given = gradients(1);
  optimizer.apply(given, 1, 0.5);
  const running = tf.memory().numTensors;
  for (let step = 0; step < 5; step++) optimizer.apply(given, 1, 0.5);
  assert.equal(tf.memory().numTensors, running);
  optimizer.dispose();
  tf.dispose([...variables.values(), ...given.values()]);
  assert.equal(tf.memory().numTensors, before);
});
