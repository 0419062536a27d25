import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/backend";
import { type Dropout, noDropout, seededDropout } from "../../lib/encoder/dropout";
import { factoredMarkerV0Scores, markerV0, markerV0Shapes, scoreSpans } from "../../lib/model/span/marker-v0";
import { stream } from "../../lib/random";
import { Parameters, type Shapes } from "../../lib/weights/parameters";
import { assertClose, assertRelative } from "../families/compare";

before(() => useBackend());

const [B, W, K, C, D] = [3, 6, 4, 5, 8];
const LENGTHS = [6, 3, 1];

function make(seed: number) {
  const random = stream(seed, "span test");
  const values = (n: number) => Float32Array.from({ length: n }, () => random.normal() * 0.4);
  const shapes: Shapes = new Map();
  markerV0Shapes(shapes, D);
  const parameters = new Parameters();
  for (const [name, shape] of shapes) parameters.set(name, values(shape.reduce((a, b) => a * b, 1)), shape);
  const words = tf.variable(tf.tensor3d(values(B * W * D), [B, W, D]));
  const types = tf.variable(tf.tensor3d(values(B * C * D), [B, C, D]));
  const spanMask = new Uint8Array(B * W * K);
  LENGTHS.forEach((length, b) => {
    for (let i = 0; i < length; i++) for (let k = 0; k < K && i + k < length; k++) spanMask[(b * W + i) * K + k] = 1;
  });
  return { parameters, words, types, spanMask };
}

function scores(model: ReturnType<typeof make>, head: "plain" | "factored", dropout: Dropout = noDropout): tf.Tensor4D {
  const input = {
    words: model.words as tf.Tensor as tf.Tensor3D,
    spanMask: model.spanMask,
    maxWidth: K,
    parameters: model.parameters,
    rate: 0.4,
    dropout,
  };
  const types = model.types as tf.Tensor as tf.Tensor3D;
  const all = head === "plain" ? scoreSpans(markerV0(input), types) : factoredMarkerV0Scores(input, types); // [B, W, K, C]
  return tf.mul(all, tf.tensor4d(Float32Array.from(model.spanMask), [B, W, K, 1]));
}

test("the factored head equals the plain one, scores and gradients", () => {
  const model = make(1);
  assertClose(scores(model, "factored").dataSync(), scores(model, "plain").dataSync(), 1e-5, "scores");
  const weight = tf.randomNormal([B, W, K, C], 0, 1, "float32", 7);
  const gradients = (head: "plain" | "factored") =>
    tf.variableGrads(() => tf.sum(tf.mul(scores(model, head), weight)) as tf.Scalar).grads;
  const plain = gradients("plain");
  for (const [name, gradient] of Object.entries(gradients("factored")))
    assertRelative(gradient.dataSync(), plain[name].dataSync(), 1e-4, name);
});

test("dropout falls on the same layers of both heads", () => {
  const model = make(2);
  // Span vectors past the end differ, and with them nothing that counts; the masks of the hidden layer have one shape each.
  const difference = tf.max(
    tf.abs(tf.sub(scores(model, "plain", seededDropout(1, 2)), scores(model, "plain", noDropout))),
  );
  assert.ok(difference.dataSync()[0] > 1e-3, "dropout acts");
  const sites: string[] = [];
  const spy: Dropout = (x, rate, site) => {
    sites.push(`${site} ${rate}`);
    return x;
  };
  scores(model, "plain", spy);
  const plain = sites.splice(0);
  scores(model, "factored", spy);
  assert.deepEqual(sites, plain);
});

test("markerV0 has 28 D² + 15 D parameters", () => {
  const shapes: Shapes = new Map();
  markerV0Shapes(shapes, D);
  const count = [...shapes.values()].reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
  assert.equal(count, 28 * D * D + 15 * D);
});
