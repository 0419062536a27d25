import assert from "node:assert/strict";
import { test } from "node:test";
import { randomStream } from "../../lib/random";
import { expand, quantise } from "../../lib/weights/quantise";
import { decode, toBrainFloats, toHalves } from "../../lib/weights/values";

const halves = Uint16Array.from({ length: 65536 }, (_, i) => i);
const values = decode("F16", halves.slice().buffer) as Float32Array;

test("every half survives the way to float32 and back", () => {
  const back = toHalves(values);
  for (let half = 0; half < 65536; half++) {
    if (Number.isNaN(values[half])) assert.ok(Number.isNaN(values[back[half]]), `half ${half}`);
    else assert.equal(back[half], half);
  }
});

test("a float becomes the nearest half, of two the even one", () => {
  const random = randomStream(0, "halves");
  // The finite positive halves in their order; between two neighbours lies a float that is as far from both.
  for (let half = 0; half < 0x7bff; half++) {
    const [low, high] = [values[half], values[half + 1]];
    const middle = (low + high) / 2;
    const even = half % 2 === 0 ? half : half + 1;
    const inside = low + (high - low) * random.uniform();
    const near = Math.fround(inside) - low < high - Math.fround(inside) ? half : half + 1;
    const got = toHalves(Float32Array.of(middle, -middle, inside));
    assert.deepEqual([got[0], got[1] & 0x7fff, got[2]], [even, even, Math.fround(inside) === middle ? even : near]);
  }
  assert.deepEqual([...toHalves(Float32Array.of(65519.996, 65520, 1e30))], [0x7bff, 0x7c00, 0x7c00]);
});

test("a float becomes the nearest bfloat16, of two the even one", () => {
  const brain = (value: number) =>
    (decode("BF16", toBrainFloats(Float32Array.of(value)).slice().buffer) as Float32Array)[0];
  for (const [value, nearest] of [
    [1, 1],
    [1 + 2 ** -8, 1],
    [1 + 3 * 2 ** -8, 1 + 2 ** -6],
    [1 + 2 ** -8 + 2 ** -20, 1 + 2 ** -7],
    [-(1 + 3 * 2 ** -9), -(1 + 2 ** -7)],
    [0, 0],
    [2 ** -140, 0],
    [3.4e38, Number.POSITIVE_INFINITY],
  ])
    assert.equal(brain(value), nearest, `${value}`);
  assert.ok(Number.isNaN(brain(Number.NaN)));
});

test("eight bits are off by half a scale at most, row by row", () => {
  const random = randomStream(1, "rows");
  const [rows, width] = [7, 33];
  const matrix = Float32Array.from({ length: rows * width }, (_, i) => random.normal() * 10 ** -Math.floor(i / width));
  matrix.fill(0, 0, width);
  const small = quantise(matrix, rows);
  const large = expand(small);
  for (let i = 0; i < matrix.length; i++) {
    const scale = small.scales[Math.floor(i / width)];
    assert.ok(Math.abs(matrix[i] - large[i]) <= 0.5001 * scale, `value ${i}`);
  }
  for (let row = 0; row < rows; row++) {
    const largest = (of: Float32Array) => Math.max(...of.subarray(row * width, (row + 1) * width).map(Math.abs));
    assert.ok(Math.abs(largest(large) - largest(matrix)) <= 1e-6 * largest(matrix), "the largest value stays");
  }
  assert.deepEqual(quantise(large, rows), small, "what was rounded is not rounded again");
  assert.throws(() => quantise(Float32Array.of(1, Number.NaN), 1), /not finite/);
});

test("an empty matrix has an empty form", () => {
  assert.equal(expand(quantise(new Float32Array(0), 0)).length, 0);
  assert.equal(expand(quantise(new Float32Array(0), 3)).length, 0);
});
