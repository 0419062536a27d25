/** How a fast op and its readable twin are held equal. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import type { Subwords } from "../../lib/encoder/input";
import { type Dropout, noDropout, seededDropout } from "../../lib/fused/dropout";
import { randomStream } from "../../lib/random";
import { Parameters } from "../../lib/weights/parameters";
import type { Shapes } from "../../lib/weights/shapes";
import { assertClose } from "../families/compare";

let drawn = 0;

/** A variable of normal values, every call others. */
export const random = (...shape: number[]) => tf.variable(tf.randomNormal(shape, 0, 1, "float32", ++drawn));

/** @throws AssertionError where the values, or the gradients of an input, differ by more than rounding */
export function assertTwins(name: string, inputs: tf.Variable[], fused: () => tf.Tensor, plain: () => tf.Tensor): void {
  assertClose(fused().dataSync(), plain().dataSync(), 2e-6, `${name}: values`);
  const weight = tf.randomNormal(plain().shape, 0, 1, "float32", ++drawn);
  const gradients = (run: () => tf.Tensor) =>
    tf.variableGrads(() => tf.sum(tf.mul(run(), weight)) as tf.Scalar, inputs).grads;
  const [a, b] = [gradients(fused), gradients(plain)];
  assert.equal(Object.keys(a).length, inputs.length);
  const scale = (gradient: tf.Tensor) => tf.max(tf.abs(gradient)).dataSync()[0];
  const largest = Math.max(...Object.values(b).map(scale));
  // What nearly cancels out is held to the scale of the others.
  for (const key of Object.keys(b)) {
    const tolerance = 1e-5 * Math.max(scale(b[key]), largest / 100);
    assertClose(a[key].dataSync(), b[key].dataSync(), tolerance, `${name}: gradients`);
  }
}

/** Values for all declared parameters, and texts of these lengths with random ids. @param seed of the values and the ids */
export function smallEncoder(
  shapes: Shapes,
  lengths: readonly number[],
  { vocabulary, seed }: { vocabulary: number; seed: number },
) {
  const parameters = new Parameters();
  const normal = randomStream(seed, "twin");
  for (const [name, shape] of shapes)
    parameters.set(
      name,
      Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => normal.normal() * 0.3),
      shape,
    );
  const [B, T] = [lengths.length, Math.max(...lengths)];
  const mask = maskOf(lengths);
  const ids = Int32Array.from(mask, (real) => (real ? normal.integer(1, vocabulary - 1) : 0));
  const real = tf.tensor3d(Float32Array.from(mask), [B, T, 1]);
  return { parameters, subwords: { ids, mask, B, T }, real };
}

/**
 * @param run the encoder with these subwords and this dropout
 * @throws AssertionError where vectors that are read are not those of the whole, or, where all are computed, one is missing
 */
export function assertReadAlone(
  { mask, ...of }: Subwords,
  run: (subwords: Subwords, dropout: Dropout) => tf.Tensor3D,
  restricts: boolean,
): void {
  const subwords = { mask, ...of };
  const width = run(subwords, noDropout).shape[2];
  const read = Uint8Array.from(mask, (real, i) => (real && i % 3 !== 1 ? 1 : 0));
  const values = (given: Subwords, dropout: Dropout) => run(given, dropout).dataSync();
  const whole = values(subwords, noDropout);
  const some = values({ ...subwords, read }, noDropout);
  const wanted = restricts ? whole.map((value, i) => (read[Math.floor(i / width)] ? value : 0)) : whole;
  assertClose(some, wanted, 2e-6, "vectors that are read");
  // Dropout draws for every subword, whatever is read.
  const dropped = seededDropout(1, 2);
  assertClose(values({ ...subwords, read }, dropped), values(subwords, dropped), 0, "with dropout");
}

/** [B, T] of 1 and, for padding, 0. */
export function maskOf(lengths: readonly number[]): Int32Array {
  const T = Math.max(...lengths);
  return Int32Array.from({ length: lengths.length * T }, (_, i) => +(i % T < lengths[Math.floor(i / T)]));
}

/** @throws AssertionError where the gradient of a variable is not the slope of the loss along a random direction */
export function assertSlope(name: string, loss: () => tf.Scalar, variable: tf.Variable): void {
  const gradient = tf.variableGrads(loss, [variable]).grads[variable.name];
  const direction = tf.randomNormal(variable.shape, 0, 1, "float32", 13);
  const slope = tf.sum(tf.mul(gradient, direction)).dataSync()[0];
  const [h, start] = [1e-2, variable.clone()];
  const at = (step: number) => {
    variable.assign(tf.add(start, tf.mul(direction, step)));
    return loss().dataSync()[0];
  };
  const measured = (at(h) - at(-h)) / (2 * h);
  variable.assign(start);
  assert.ok(Math.abs(slope - measured) < 0.02 * Math.max(1, Math.abs(measured)), `${name}: ${slope}, ${measured}`);
}
