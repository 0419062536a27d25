import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { isNative, useBackend } from "../../lib/backend";
import { lstm, lstmShapes } from "../../lib/model/lstm";
import { stream } from "../../lib/random";
import { Parameters, type Shapes } from "../../lib/weights/parameters";
import { assertClose, assertRelative } from "../families/compare";

before(() => useBackend());

/** A random BiLSTM and a random input of these lengths. */
function make(seed: number, lengths: number[], W: number, D: number, layers: number) {
  const random = stream(seed, "lstm test");
  const values = (n: number) => Float32Array.from({ length: n }, () => random.normal() * 0.5);
  const shapes: Shapes = new Map();
  lstmShapes(shapes, "rnn.lstm", D, D / 2, layers, true);
  const parameters = new Parameters();
  for (const [name, shape] of shapes) parameters.set(name, values(shape.reduce((a, b) => a * b, 1)), shape);
  const x = tf.variable(tf.tensor3d(values(lengths.length * W * D), [lengths.length, W, D])); // [B, W, D]
  return { parameters, x, options: { layers, bidirectional: true, lengths } };
}

test("the fused pass equals the plain one, outputs and gradients", (t) => {
  if (!isNative()) return t.skip("the backend has no fused op");
  for (const [seed, lengths, W, D, layers] of [
    [1, [7, 3, 1, 0], 7, 8, 1],
    [2, [5, 5], 6, 12, 2],
    [3, [1], 1, 4, 1],
  ] as const) {
    const { parameters, x, options } = make(seed, [...lengths], W, D, layers);
    const weight = tf.randomNormal([lengths.length, W, D], 0, 1, "float32", seed);
    const run = (implementation: "plain" | "fused") =>
      lstm(x as tf.Tensor as tf.Tensor3D, parameters, "rnn.lstm", { ...options, implementation });
    assertClose(run("fused").dataSync(), run("plain").dataSync(), 1e-5, "outputs");
    const gradients = (implementation: "plain" | "fused") =>
      tf.variableGrads(() => tf.sum(tf.mul(run(implementation), weight)) as tf.Scalar).grads;
    const plain = gradients("plain");
    for (const [name, gradient] of Object.entries(gradients("fused")))
      assertRelative(gradient.dataSync(), plain[name].dataSync(), 1e-4, name);
    parameters.dispose();
    x.dispose();
  }
});

test("what stands in the padding changes nothing", () => {
  const { parameters, x, options } = make(4, [3, 5], 5, 8, 1);
  const run = (input: tf.Tensor) => lstm(input as tf.Tensor3D, parameters, "rnn.lstm", options).dataSync();
  const clean = run(x);
  const dirt = tf.tensor3d(
    Float32Array.from({ length: 80 }, (_, i) => (i < 40 && i >= 24 ? 99 : 0)),
    [2, 5, 8],
  );
  assertClose(run(tf.add(x, dirt)), clean, 0, "outputs");
  assert.ok(
    clean.subarray(24, 40).every((value) => value === 0),
    "outputs past the end are zero",
  );
});

test("one row alone equals the same row in a batch", () => {
  const { parameters, x, options } = make(5, [3, 5], 5, 8, 1);
  const both = lstm(x as tf.Tensor as tf.Tensor3D, parameters, "rnn.lstm", options);
  const alone = lstm(tf.slice(x, [0, 0, 0], [1, 3, 8]) as tf.Tensor3D, parameters, "rnn.lstm", {
    ...options,
    lengths: [3],
  });
  assertClose(alone.dataSync(), tf.slice(both, [0, 0, 0], [1, 3, 8]).dataSync(), 1e-6, "row 0");
});
