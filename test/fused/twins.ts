/** How a fast op and its readable twin are held equal. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
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
