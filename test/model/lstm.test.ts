import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { isNative, useBackend } from "../../lib/backend";
import { UserError } from "../../lib/errors";
import { defaultLstm, LSTMS, type LstmModule, type LstmName, lstmShapes, StatefulLstm } from "../../lib/model/lstm";
import { randomStream } from "../../lib/random";
import { Parameters } from "../../lib/weights/parameters";
import { Shapes } from "../../lib/weights/shapes";
import { assertClose, assertRelative, maxDifference } from "../families/compare";
import { testAtEveryLevel } from "../kernels";

before(() => useBackend());

/** A random BiLSTM and a random input of these lengths. */
function make(seed: number, lengths: readonly number[], W: number, D: number, layers = 1) {
  const random = randomStream(seed, "lstm test");
  const values = (n: number) => Float32Array.from({ length: n }, () => random.normal() * 0.5);
  const shapes = new Shapes();
  lstmShapes(shapes, "rnn.lstm", { inputs: D, hidden: D / 2, layers, bidirectional: true });
  const parameters = new Parameters();
  for (const [name, shape] of shapes) parameters.set(name, values(shape.reduce((a, b) => a * b, 1)), shape);
  const x = tf.variable(tf.tensor3d(values(lengths.length * W * D), [lengths.length, W, D])); // [B, W, D]
  const module: LstmModule = { parameters, prefix: "rnn.lstm", layers, bidirectional: true };
  const run = (name: LstmName, input: tf.Tensor = x, rows = lengths) => LSTMS[name](input as tf.Tensor3D, rows, module);
  return { parameters, x, module, run };
}

testAtEveryLevel("the fused layer equals the plain one, outputs and gradients", () => {
  for (const [seed, lengths, W, D, layers] of [
    [1, [7, 3, 1, 0], 7, 8, 1],
    [2, [5, 5], 6, 12, 2],
    [3, [1], 1, 4, 1],
    [4, [2, 9, 0, 9, 5, 1, 7], 9, 46, 1],
    [5, [40], 41, 64, 2],
  ] as const) {
    const { parameters, x, run } = make(seed, lengths, W, D, layers);
    const weight = tf.randomNormal([lengths.length, W, D], 0, 1, "float32", seed);
    assertClose(run("fused").dataSync(), run("allennlp").dataSync(), 1e-5, "outputs");
    const gradients = (name: LstmName) => tf.variableGrads(() => tf.sum(tf.mul(run(name), weight)) as tf.Scalar).grads;
    const plain = gradients("allennlp");
    for (const [name, gradient] of Object.entries(gradients("fused")))
      assertRelative(gradient.dataSync(), plain[name].dataSync(), 1e-4, name);
    parameters.dispose();
    x.dispose();
  }
});

testAtEveryLevel("NaN of a word reaches the words around it, and the gradient", () => {
  const { parameters, x, module } = make(6, [4, 3], 4, 8);
  const values = x.dataSync().slice();
  values[8] = Number.NaN; // of the first text's second word
  x.assign(tf.tensor3d(values, [2, 4, 8]));
  const run = () => LSTMS.fused(x as tf.Tensor3D, [4, 3], module);
  const out = run().dataSync();
  // Forwards the words from it on, backwards those up to it; nothing of the other text.
  assert.deepEqual(
    Array.from({ length: 8 }, (_, w) => [Number.isNaN(out[w * 8]), Number.isNaN(out[w * 8 + 4])]),
    [[false, true], [true, true], [true, false], [true, false], ...Array.from({ length: 4 }, () => [false, false])],
  );
  const { grads } = tf.variableGrads(() => tf.sum(run()) as tf.Scalar);
  assert.ok(grads[parameters.get("rnn.lstm.weight_hh_l0").name].dataSync().some(Number.isNaN));
});

test("the default is the fused layer where the backend has it", () => {
  assert.equal(defaultLstm(), isNative() ? "fused" : "allennlp");
});

test("what stands in the padding changes nothing, except for the naive one", () => {
  const { x, run } = make(4, [3, 5], 5, 8);
  const dirt = tf.tensor3d(
    Float32Array.from({ length: 80 }, (_, i) => (i < 40 && i >= 24 ? 99 : 0)),
    [2, 5, 8],
  );
  for (const name of [defaultLstm(), "allennlp", "packed"] as const) {
    const clean = run(name).dataSync();
    assertClose(run(name, tf.add(x, dirt)).dataSync(), clean, 0, `outputs of ${name}`);
    assert.ok(
      clean.subarray(24, 40).every((value) => value === 0),
      `outputs past the end are zero: ${name}`,
    );
  }
  const valid = (input: tf.Tensor) => run("naive", input).dataSync().subarray(0, 24);
  assert.ok(maxDifference(valid(tf.add(x, dirt)), valid(x)) > 0.05, "the naive one reads the padding");
});

test("one row alone equals the same row in a batch; the naive one differs in the backward direction only", () => {
  const { x, run } = make(5, [3, 5], 5, 8);
  const row = tf.slice(x, [0, 0, 0], [1, 3, 8]);
  const difference = (name: LstmName, from: number) => {
    const both = tf.slice(run(name), [0, 0, from], [1, 3, 4]);
    return maxDifference(tf.slice(run(name, row, [3]), [0, 0, from], [1, 3, 4]).dataSync(), both.dataSync());
  };
  for (const name of [defaultLstm(), "allennlp", "packed"] as const)
    assert.ok(Math.max(difference(name, 0), difference(name, 4)) < 1e-6, name);
  assert.ok(difference("naive", 0) < 1e-6, "forward");
  assert.ok(difference("naive", 4) > 0.01, `backward: ${difference("naive", 4)}`);
});

test("the naive fault hides where all rows are equally long", () => {
  const { run } = make(6, [4, 4, 4], 4, 8);
  assertClose(run("naive").dataSync(), run("allennlp").dataSync(), 1e-6, "outputs");
});

test("rows without words: zeros, or GLiNER's error", () => {
  const { run } = make(7, [0, 2], 3, 8);
  const zero = tf.slice(run("allennlp"), [0, 0, 0], [1, 3, 8]).dataSync();
  assert.ok(zero.every((value) => value === 0));
  assert.throws(
    () => run("packed"),
    (error) => error instanceof UserError && /row 0 .* has 0 words/.test(error.message),
  );
  const none = make(8, [0, 0], 3, 8);
  assert.throws(() => none.run("allennlp"), /no row/);
  assert.throws(() => none.run("packed"), UserError);
});

test("stateful: two halves of a text equal the whole in the forward direction", () => {
  const { x, module, run } = make(9, [6, 6], 6, 8);
  const whole = run("allennlp");
  const stateful = new StatefulLstm(module);
  const half = (from: number) => tf.slice(x, [0, from, 0], [2, 3, 8]) as tf.Tensor3D;
  const parts = tf.concat([stateful.run(half(0), [3, 3]), stateful.run(half(3), [3, 3])], 1); // [2, 6, 8]
  const forward = (t: tf.Tensor) => tf.slice(t, [0, 0, 0], [2, 6, 4]).dataSync();
  assertClose(forward(parts), forward(whole), 1e-6, "forward direction");
  const second = (t: tf.Tensor) => tf.slice(t, [0, 3, 4], [2, 3, 4]).dataSync();
  assert.ok(maxDifference(second(parts), second(whole)) > 1e-3, "the backward direction begins from the state too");
});

test("stateful: empty rows keep their state, new rows begin at zero, reset forgets, no gradient flows back", () => {
  const { x, module } = make(10, [3, 3, 3], 3, 8);
  const rows = (n: number) => tf.slice(x, [0, 0, 0], [n, 3, 8]) as tf.Tensor3D;
  const fresh = (n: number, lengths: number[]) => new StatefulLstm(module).run(rows(n), lengths);
  const row = (t: tf.Tensor, b: number) => tf.slice(t, [b, 0, 0], [1, 3, 8]).dataSync();

  const lstm = new StatefulLstm(module);
  const twice = new StatefulLstm(module);
  for (const one of [lstm, twice]) one.run(rows(2), [3, 3]);
  lstm.run(rows(2), [3, 0]);
  const third = lstm.run(rows(3), [3, 3, 3]);
  const second = twice.run(rows(3), [3, 3, 3]);
  assertClose(row(third, 1), row(second, 1), 0, "an empty row keeps its state");
  assert.ok(maxDifference(row(third, 0), row(second, 0)) > 1e-4, "a row with words moves on");
  assertClose(row(second, 2), row(fresh(3, [3, 3, 3]), 2), 0, "a new row begins at zero");
  twice.reset([0]);
  assertClose(row(twice.run(rows(1), [3]), 0), row(fresh(1, [3]), 0), 0, "one row forgotten");
  twice.reset();
  assertClose(twice.run(rows(3), [3, 3, 3]).dataSync(), fresh(3, [3, 3, 3]).dataSync(), 0, "all forgotten");

  const both = new StatefulLstm(module);
  const loss = () => {
    both.run(rows(1), [3]);
    return tf.sum(both.run(tf.ones([1, 3, 8]), [3])) as tf.Scalar;
  };
  assert.throws(() => tf.variableGrads(loss, [x]), /connection between any variable/, "the first call is out of reach");
});

test("the number of tensors stays", () => {
  const { x, module, run } = make(11, [4, 2], 4, 8, 2);
  const stateful = new StatefulLstm(module);
  const step = () => {
    tf.tidy(() => {
      for (const name of Object.keys(LSTMS) as LstmName[]) if (name !== "fused" || isNative()) run(name);
      stateful.run(x as tf.Tensor as tf.Tensor3D, [4, 2]);
    });
  };
  step();
  const before = tf.memory().numTensors;
  step();
  assert.equal(tf.memory().numTensors, before);
});
