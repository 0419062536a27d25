import assert from "node:assert/strict";
import type { NamedArray } from "../../lib/weights/safetensors";

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
  let scale = 0;
  for (let i = 0; i < b.length; i++) scale = Math.max(scale, Math.abs(b[i]));
  const worst = maxDifference(a, b);
  return worst === 0 ? 0 : worst / scale;
}

export function assertClose(a: Numbers, b: Numbers, tolerance: number, what: string): void {
  const worst = maxDifference(a, b);
  assert.ok(worst <= tolerance, `${what}: max |a - b| = ${worst.toExponential(2)}, wanted at most ${tolerance}`);
}

export function assertRelative(a: Numbers, b: Numbers, tolerance: number, what: string): void {
  const worst = relativeDifference(a, b);
  assert.ok(
    worst <= tolerance,
    `${what}: max |a - b| / max |b| = ${worst.toExponential(2)}, wanted at most ${tolerance}`,
  );
}

/** A tensor of a fixture. @throws where the fixture lacks it */
export function need(tensors: Map<string, NamedArray>, name: string): NamedArray {
  const tensor = tensors.get(name);
  assert.ok(tensor, `the fixture has no tensor "${name}"`);
  return tensor;
}
