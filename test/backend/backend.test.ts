import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { type BackendName, backendInfo, readRecord, useBackend } from "../../lib/backend";
import { BINDING_PATH } from "../../lib/files/places";

const NATIVE = existsSync(BINDING_PATH);
const BACKENDS: BackendName[] = NATIVE ? ["tensorflow", "wasm", "cpu"] : ["wasm", "cpu"];
const forced = process.env.BACKEND;
after(() => {
  if (forced !== undefined) process.env.BACKEND = forced;
});

for (const name of BACKENDS) {
  test(`${name} starts, names itself and multiplies`, async () => {
    const info = await useBackend(name);
    assert.equal(info.name, name);
    assert.equal(tf.getBackend(), name);
    assert.deepEqual(backendInfo(), info);
    assert.match(info.version, /^\d+\.\d+/);
    assert.equal(info.native, name === "tensorflow");
    const product = tf.matMul(tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor2d([5, 6, 7, 8], [2, 2]));
    assert.deepEqual(Array.from(product.dataSync()), [19, 22, 43, 50]);
  });

  test(`${name} trains an embedding: the gradient of gather`, async () => {
    await useBackend(name);
    const table = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
    const rows = tf.tensor1d([2, 0, 2], "int32");
    const gradient = tf.grad((t: tf.Tensor) =>
      tf
        .gather(t, rows)
        .mul([[1], [10], [100]])
        .sum(),
    )(table); // [3, 2]
    assert.deepEqual(Array.from(gradient.dataSync()), [10, 10, 0, 0, 101, 101]);
  });

  test(`${name} has the ops that a transformer and its gradients need`, async () => {
    await useBackend(name);
    const x = tf.tensor2d([0.1, -0.2, 0.3, 0.4], [2, 2]);
    const through = (t: tf.Tensor2D) => {
      const gelu = t.mul(t.erf().add(1)); // [2, 2]
      const mixed = tf.softmax(tf.matMul(gelu, t, false, true)); // [2, 2]
      return tf.einsum("ij,jk->ik", mixed, tf.softplus(t).tanh()).square().mean().sqrt();
    };
    const value = through(x).dataSync()[0];
    const plain = plainValue([0.1, -0.2, 0.3, 0.4]);
    assert.ok(Math.abs(value - plain) < 1e-5, `${value} against ${plain}`);
  });
}

for (const name of ["wasm", "cpu"] as const)
  test(`${name}: the gradient of a whole vocabulary's embedding is a sum over the rows, not over the vocabulary`, async () => {
    await useBackend(name);
    const [words, width, rows] = [30_522, 384, 400];
    const ids = Int32Array.from({ length: rows }, (_, i) => (i * 7919) % words);
    const table = tf.zeros([words, width]);
    const sum = (t: tf.Tensor) => tf.gather(t, tf.tensor1d(ids, "int32")).mul(3).sum();
    const gradient = tf.grad(sum)(table); // [words, width]
    // The package's own kernel needs minutes for each of these.
    for (let step = 0; step < 5; step++) tf.grad(sum)(table).dispose();
    const totals = Array.from(gradient.sum(1).dataSync());
    assert.equal(
      totals.reduce((sum, value) => sum + value, 0),
      3 * width * rows,
    );
    assert.equal(totals[ids[5]], 3 * width);
    const outside = tf.unsortedSegmentSum(tf.tensor2d([[1], [2], [4]]), tf.tensor1d([1, -1, 7], "int32"), 2);
    assert.deepEqual(Array.from(outside.dataSync()), [0, 1]);
    const whole = tf.unsortedSegmentSum(tf.tensor1d([5, 6, 7], "int32"), tf.tensor1d([1, 1, 0], "int32"), 3);
    assert.deepEqual([whole.dtype, Array.from(whole.dataSync())], ["int32", [7, 11, 0]]);
  });

test("wasm multiplies transposed matrices, of batches too, as plain ones", async () => {
  await useBackend("wasm");
  const [a, b] = [tf.randomNormal([2, 3, 4, 5], 0, 1, "float32", 1), tf.randomNormal([1, 3, 5, 6], 0, 1, "float32", 2)];
  const wanted = tf.matMul(a, b).dataSync(); // [2, 3, 4, 6]
  const turned = (x: tf.Tensor) => tf.transpose(x, [0, 1, 3, 2]);
  const before = tf.memory().numTensors;
  for (const [left, right] of [
    [true, false],
    [false, true],
    [true, true],
  ])
    tf.tidy(() => {
      const product = tf.matMul(left ? turned(a) : a, right ? turned(b) : b, left, right);
      assert.deepEqual(product.shape, [2, 3, 4, 6]);
      product.dataSync().forEach((value, i) => {
        assert.ok(Math.abs(value - wanted[i]) < 1e-5);
      });
    });
  assert.equal(tf.memory().numTensors, before);
});

test("an unknown BACKEND is one sentence", async () => {
  const { forcedBackend } = await import("../../lib/backend");
  const before = process.env.BACKEND;
  process.env.BACKEND = "cuda";
  try {
    assert.throws(() => forcedBackend(), /BACKEND got "cuda", wanted one of google, pypi, tensorflow, wasm, cpu\./);
  } finally {
    if (before === undefined) delete process.env.BACKEND;
    else process.env.BACKEND = before;
  }
});

test("danfojs-node computes on the same engine", async () => {
  await useBackend(BACKENDS[0]);
  const dfd: typeof import("danfojs-node") = require("danfojs-node");
  const frame = new dfd.DataFrame(
    [
      [1, 2],
      [3, 4],
    ],
    { columns: ["a", "b"] },
  );
  assert.equal(Object.is(dfd.tensorflow, tf) || dfd.tensorflow.Tensor === tf.Tensor, true);
  assert.ok(frame.tensor instanceof tf.Tensor);
  assert.deepEqual(Array.from(frame.tensor.matMul(tf.eye(2)).dataSync()), [1, 2, 3, 4]);
});

test("the recorded choice says why each rung was refused", (context) => {
  const record = readRecord();
  if (!record) return context.skip("skipped: set-up has not run here");
  for (const attempt of record.attempts) assert.ok(attempt.ok || attempt.reason.length > 10, attempt.rung);
});

/** The same formula in plain numbers. */
function plainValue([a, b, c, d]: number[]): number {
  const t = [
    [a, b],
    [c, d],
  ];
  const g = t.map((row) => row.map((v) => v * (erf(v) + 1)));
  const s = g.map((row) => softmax(t.map((other) => row[0] * other[0] + row[1] * other[1])));
  const p = t.map((row) => row.map((v) => Math.tanh(Math.log1p(Math.exp(v)))));
  const out = s.flatMap((row) => [0, 1].map((k) => row[0] * p[0][k] + row[1] * p[1][k]));
  return Math.sqrt(out.reduce((sum, v) => sum + v * v, 0) / 4);
}

function softmax(row: number[]): number[] {
  const powers = row.map(Math.exp);
  const sum = powers.reduce((x, y) => x + y, 0);
  return powers.map((v) => v / sum);
}

/** The series of erf, which converges fast for |x| < 1. */
function erf(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < 20; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}
