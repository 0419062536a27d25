import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import type { Parameters } from "../../lib/weights/parameters";
import type { NamedArray } from "../../lib/weights/safetensors";
import type { Shapes } from "../../lib/weights/shapes";

type Numbers = ArrayLike<number>;

/** max |a - b| */
export function maxDifference(a: Numbers, b: Numbers): number {
  assert.equal(a.length, b.length, "number of values");
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i] - b[i]);
    // A NaN must not pass a comparison.
    if (!(difference <= worst)) worst = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
  }
  return worst;
}

/** max |a - b| / max |b| */
export function relativeDifference(a: Numbers, b: Numbers): number {
  const worst = maxDifference(a, b);
  return worst === 0 ? 0 : worst / largest(b);
}

export function assertClose(a: Numbers, b: Numbers, tolerance: number, what: string): void {
  const worst = maxDifference(a, b);
  assert.ok(worst <= tolerance, `${what}: max |a - b| = ${worst.toExponential(2)}, wanted at most ${tolerance}`);
}

/** @param floor the least that a and b are measured by: where b is nothing but what cancels out, rounding is a difference of any size */
export function assertRelative(a: Numbers, b: Numbers, tolerance: number, what: string, floor = 0): void {
  const worst = floor > 0 ? maxDifference(a, b) / Math.max(largest(b), floor) : relativeDifference(a, b);
  assert.ok(
    worst <= tolerance,
    `${what}: max |a - b| / max |b| = ${worst.toExponential(2)}, wanted at most ${tolerance}`,
  );
}

/** max |a| */
export function largest(a: Numbers): number {
  let scale = 0;
  for (let i = 0; i < a.length; i++) scale = Math.max(scale, Math.abs(a[i]));
  return scale;
}

/** A tensor of a fixture. @throws where the fixture lacks it */
export function need(tensors: Map<string, NamedArray>, name: string): NamedArray {
  const tensor = tensors.get(name);
  assert.ok(tensor, `the fixture has no tensor "${name}"`);
  return tensor;
}

/** Python's parameters are exactly those that the code declares, with the same shapes. */
export function assertNames(shapes: Shapes, parameters: Parameters): void {
  const described = (entries: Iterable<readonly [string, readonly number[]]>) =>
    [...entries].map(([name, shape]) => `${name} [${shape}]`).sort();
  const given = [...parameters.entries()].map(([name, variable]) => [name, variable.shape] as const);
  assert.deepEqual(described(shapes), described(given), "names and shapes of the parameters");
}

/**
 * Gradients of a loss against `grad.<name>` of the fixture, 1e-4 relative.
 * @param unused names that have no gradient on either side
 */
export function assertGradients(
  loss: () => tf.Tensor,
  variables: Map<string, tf.Variable>,
  tensors: Map<string, NamedArray>,
  unused?: RegExp,
): void {
  const { grads } = tf.variableGrads(() => loss() as tf.Scalar, [...variables.values()]);
  for (const [name, variable] of variables) {
    if (unused?.test(name)) assert.equal(tensors.has(`grad.${name}`), false, `Python has a gradient of ${name}`);
    else assertRelative(grads[variable.name].dataSync(), need(tensors, `grad.${name}`).data, 1e-4, `grad.${name}`);
  }
  tf.dispose(grads);
}
