import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/backend";
import { UserError } from "../../lib/errors";
import { type Dropout, dropoutOf, noDropout, seededDropout } from "../../lib/fused/dropout";
import { initialValues } from "../../lib/model/initialise";
import { SPAN_LAYERS, spanLayer } from "../../lib/model/span";
import { type SpanInput, scoreSpans } from "../../lib/model/span/layer";
import { randomStream } from "../../lib/random";
import { Parameters } from "../../lib/weights/parameters";
import { Shapes } from "../../lib/weights/shapes";
import { assertClose, assertRelative, maxDifference } from "../families/compare";
import { testAtEveryLevel } from "../kernels";

before(() => useBackend());

const [K, C, D] = [4, 5, 8];
const MODES = Object.keys(SPAN_LAYERS);
const FACTORED = MODES.filter((mode) => SPAN_LAYERS[mode].factored);

interface Model {
  parameters: Parameters;
  types: tf.Variable;
  words: tf.Variable;
  lengths: number[];
}

/** A layer with random weights, random words of texts of these lengths (padding zero), random types. */
function make(mode: string, seed: number, lengths: number[], W = Math.max(...lengths)): Model {
  const random = randomStream(seed, "span test");
  const values = (n: number) => Float32Array.from({ length: n }, () => random.normal() * 0.4);
  const shapes = new Shapes();
  spanLayer(mode).shapes(shapes, D, K);
  const parameters = new Parameters();
  for (const [name, shape] of shapes) parameters.set(name, values(shape.reduce((a, b) => a * b, 1)), shape);
  const types = tf.variable(tf.tensor3d(values(lengths.length * C * D), [lengths.length, C, D]));
  const rows = values(lengths.length * W * D).map((value, i) => {
    const text = Math.floor(i / (W * D));
    return Math.floor(i / D) % W < lengths[text] ? value : 0;
  });
  return { parameters, types, words: tf.variable(tf.tensor3d(rows, [lengths.length, W, D])), lengths };
}

function input({ parameters, words, lengths }: Model, dropout: Dropout = noDropout): SpanInput {
  const [B, W] = words.shape as [number, number, number];
  const spanMask = new Uint8Array(B * W * K);
  lengths.forEach((length, b) => {
    for (let i = 0; i < length; i++) for (let k = 0; k < K && i + k < length; k++) spanMask[(b * W + i) * K + k] = 1;
  });
  const rows = words as tf.Tensor as tf.Tensor3D;
  return { words: rows, spanMask, lengths, maxWidth: K, parameters, rate: 0.4, dropout };
}

/** Scores of the spans inside their text, zero elsewhere: [B, W, K, C]. */
function scores(mode: string, model: Model, head: "plain" | "factored", given = input(model)): tf.Tensor4D {
  const { spans, factored } = spanLayer(mode);
  const types = model.types as tf.Tensor as tf.Tensor3D;
  const all = head === "factored" && factored ? factored(given, types) : scoreSpans(spans(given), types); // [B, W, K, C]
  const [B, W] = all.shape;
  return tf.mul(all, tf.tensor4d(Float32Array.from(given.spanMask), [B, W, K, 1]));
}

function dispose({ parameters, words, types }: Model): void {
  parameters.dispose();
  tf.dispose([words, types]);
}

test("factored paths: markerV0, marker and the two with a text vector", () => {
  assert.deepEqual(FACTORED, ["marker", "markerV0", "markerV1", "markerV2"]);
});

for (const mode of FACTORED) {
  testAtEveryLevel(`${mode}: the factored head equals the plain one, scores and gradients`, () => {
    for (const leak of [true, false]) {
      const model = make(mode, 1, [6, 3, 1]);
      const given = { ...input(model), leak };
      const run = (head: "plain" | "factored") => scores(mode, model, head, given);
      assertClose(run("factored").dataSync(), run("plain").dataSync(), 1e-5, "scores");
      const weight = tf.randomNormal(run("plain").shape, 0, 1, "float32", 7);
      const gradients = (head: "plain" | "factored") =>
        tf.variableGrads(() => tf.sum(tf.mul(run(head), weight)) as tf.Scalar).grads;
      const plain = gradients("plain");
      const factored = Object.entries(gradients("factored")).filter(([, gradient]) => gradient);
      assert.ok(factored.length >= 12, `${factored.length} gradients`);
      for (const [name, gradient] of factored) assertRelative(gradient.dataSync(), plain[name].dataSync(), 1e-4, name);
      dispose(model);
    }
  });

  testAtEveryLevel(`${mode}: a text of several blocks of spans, too`, () => {
    const model = make(mode, 4, [100, 50, 2]);
    const weight = tf.randomNormal([3, 100, K, C], 0, 1, "float32", 8);
    const run = (head: "plain" | "factored") => scores(mode, model, head);
    assertClose(run("factored").dataSync(), run("plain").dataSync(), 1e-5, "scores");
    const gradients = (head: "plain" | "factored") =>
      tf.variableGrads(() => tf.sum(tf.mul(run(head), weight)) as tf.Scalar).grads;
    const plain = gradients("plain");
    for (const [name, gradient] of Object.entries(gradients("factored")))
      if (gradient) assertRelative(gradient.dataSync(), plain[name].dataSync(), 1e-4, name);
    dispose(model);
  });

  test(`${mode}: dropout falls on the same layers of both heads`, () => {
    const model = make(mode, 2, [5, 2]);
    const on = scores(mode, model, "factored", input(model, seededDropout(1, 2)));
    assert.ok(maxDifference(on.dataSync(), scores(mode, model, "factored").dataSync()) > 1e-3, "dropout acts");
    const sites = (head: "plain" | "factored") => {
      const seen: string[] = [];
      const spy = dropoutOf((_shape, rate, site) => {
        seen.push(`${site.replace(/#.*/, "")} ${rate}`);
        return undefined;
      });
      scores(mode, model, head, input(model, spy));
      return [...new Set(seen)].sort();
    };
    assert.deepEqual(sites("factored"), sites("plain"));
    dispose(model);
  });
}

/** How far the scores of one text move when a longer text joins its batch. */
function leakage(mode: string, leak: boolean): number {
  const model = make(mode, 3, [3]);
  const row = tf.pad(model.words as tf.Tensor as tf.Tensor3D, [
    [0, 0],
    [0, 4],
    [0, 0],
  ]); // [1, 7, D]
  const neighbour = tf.randomNormal([1, 7, D], 0, 1, "float32", 5);
  const both = { ...model, words: tf.variable(tf.concat([row, neighbour], 0)), lengths: [3, 7] };
  both.types = tf.variable(tf.concat([model.types, model.types], 0));
  const alone = scores(mode, model, "plain", { ...input(model), leak });
  const beside = tf.slice(scores(mode, both, "plain", { ...input(both), leak }), [0, 0, 0, 0], alone.shape);
  const moved = maxDifference(beside.dataSync(), alone.dataSync());
  dispose(model);
  tf.dispose([both.words, both.types]);
  return moved;
}

for (const mode of MODES) {
  const faulty = mode === "markerV1" || mode === "markerV2";
  test(`${mode}: the scores of a text ${faulty ? "change with its batch's padding" : "do not depend on its batch"}`, () => {
    assertClose([leakage(mode, false)], [0], 5e-6, "without the fault");
    const moved = leakage(mode, true);
    if (faulty) assert.ok(moved > 1e-2, `as upstream computes it the scores move by ${moved}`);
    else assertClose([moved], [0], 5e-6, "as upstream computes it");
  });
}

test("every mode makes vectors of all spans and leaves no tensor behind", () => {
  for (const mode of MODES) {
    const model = make(mode, 4, [6, 3]);
    const vectors = () => tf.tidy(() => spanLayer(mode).spans(input(model))); // [B, W, K, D]
    // What is kept beside the weights is made at the first pass, and goes with them.
    vectors().dispose();
    const before = tf.memory().numTensors;
    const out = vectors(); // [B, W, K, D]
    assert.deepEqual(out.shape, [2, 6, K, D], mode);
    out.dispose();
    assert.equal(tf.memory().numTensors, before, mode);
    dispose(model);
    assert.ok(tf.memory().numTensors < before, mode);
  }
});

test("parameters: 10 D² + 7 D of marker against 28 D² + 15 D of markerV0", () => {
  const count = (mode: string) => {
    const shapes = new Shapes();
    spanLayer(mode).shapes(shapes, D, K);
    return [...shapes.values()].reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
  };
  assert.equal(count("marker"), 10 * D * D + 7 * D);
  assert.equal(count("markerV0"), 28 * D * D + 15 * D);
});

test("weights that Python draws in a way of its own", () => {
  const spread = (mode: string, end: string) => {
    const shapes = new Shapes();
    spanLayer(mode).shapes(shapes, 32, 6);
    const name = [...shapes.keys()].find((name) => name.endsWith(end)) ?? assert.fail(`no parameter ${end}`);
    const values = initialValues(name, shapes, 1);
    return { largest: Math.max(...values.map(Math.abs)), deviation: Math.hypot(...values) / Math.sqrt(values.length) };
  };
  const uniform = (end: string, mode: string, bound: number) => {
    const { largest, deviation } = spread(mode, end);
    assert.ok(largest <= bound && largest > 0.9 * bound, `${mode} ${end}: largest ${largest}, bound ${bound}`);
    assertRelative([deviation], [bound / Math.sqrt(3)], 0.1, `${mode} ${end}`);
  };
  uniform("query_seg", "query", 1);
  assertRelative([spread("cat", "query_seg").deviation], [1], 0.1, "cat query_seg, normal");
  uniform("convs.1.conv.weight", "conv_conv", Math.sqrt(6 / (32 * 3)));
  uniform("convs.4.conv.bias", "conv_conv", 1 / Math.sqrt(32 * 6));
  uniform("conv_weigth", "conv_share", Math.sqrt(6 / (32 * 6)));
  uniform("_span_width_embedding.weight", "endpoints", Math.sqrt(6 / (6 + 128)));
  uniform("mlp.weight", "mlp", 1 / Math.sqrt(32));
});

test("an unknown mode is refused with the modes there are", () => {
  assert.throws(
    () => spanLayer("markerV9"),
    (error) => error instanceof UserError && /"markerV9".*markerV0.*conv_share.*endpoints/.test(error.message),
  );
});
