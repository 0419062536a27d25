import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { FLAG, kernelOp, useBackend, useKernels } from "../../lib/backend";
import { affineGelu, affineNorm, affineRows, plainAffineRows } from "../../lib/fused/affine";
import { packedAttention } from "../../lib/fused/attention";
import { forgetDerived } from "../../lib/fused/derived";
import { blocksOf, disentangledAttention } from "../../lib/fused/disentangled-attention";
import { type Dropout, noDropout, seededDropout } from "../../lib/fused/dropout";
import { affineOfEightBits, inPrecision, plainAffineOfEightBits } from "../../lib/fused/eight-bits";
import { gelu } from "../../lib/fused/gelu";
import type { PositionPart } from "../../lib/fused/kernel-attention";
import { layerNormRows } from "../../lib/fused/layer-norm";
import { packingOf } from "../../lib/fused/packing";
import { flagsOf, hasPanels } from "../../lib/fused/panels";
import { reluDropout } from "../../lib/fused/relu-dropout";
import { assertClose } from "../families/compare";
import { testAtEveryLevel } from "../kernels";

/** What native ops of our own compute, against TensorFlow's own ops: the same with dropout, odd sizes, and NaN. */

before(() => useBackend());

let drawn = 100;
const random = (...shape: number[]) => tf.variable(tf.randomNormal(shape, 0, 1, "float32", ++drawn));

/** Value and gradients at the level in use, and without ops of our own. */
function assertSame(
  name: string,
  inputs: tf.Variable[],
  level: Parameters<typeof useKernels>[0],
  run: () => tf.Tensor,
) {
  const weight = tf.randomNormal(run().shape, 0, 1, "float32", ++drawn);
  const all = () => {
    const { grads } = tf.variableGrads(() => tf.sum(tf.mul(run(), weight)) as tf.Scalar, inputs);
    return [run(), ...inputs.map((input) => grads[input.name])].map((tensor) => tensor.dataSync());
  };
  const own = all();
  useKernels("off");
  const theirs = all();
  useKernels(level);
  theirs.forEach((values, i) => {
    const scale = Array.from(values, Math.abs).reduce((a, b) => Math.max(a, b), 1);
    assertClose(own[i], values, 1e-5 * scale, `${name}: ${i === 0 ? "values" : `gradient ${i}`}`);
  });
}

const DROPOUTS: [string, Dropout][] = [
  ["without dropout", noDropout],
  ["with dropout", seededDropout(3, 4)],
];

/** Rows, inputs, outputs: less than a vector, whole vectors, and neither; few rows, many, and enough for several threads. */
const SIZES = [
  [1, 3, 5],
  [7, 16, 32],
  [33, 37, 70],
  [200, 33, 19],
  [700, 16, 384],
] as const;

testAtEveryLevel("a linear layer, alone, with GELU, and with dropout, residual and norm", (level) => {
  for (const [N, inputs, outputs] of SIZES) {
    const [x, weight, bias] = [random(N, inputs), random(outputs, inputs), random(outputs)];
    const [residual, gamma, beta] = [random(N, outputs), random(outputs), random(outputs)];
    const size = `${N} x ${inputs} -> ${outputs}`;
    assertSame(`linear ${size}`, [x, weight, bias], level, () => affineRows(x, weight, bias));
    assertSame(`linear without bias ${size}`, [x, weight], level, () => affineRows(x, weight));
    assertSame(`GELU ${size}`, [x, weight, bias], level, () => affineGelu(x, weight, bias));
    for (const [name, dropout] of DROPOUTS)
      assertSame(`norm ${name} ${size}`, [x, weight, bias, residual, gamma, beta], level, () =>
        affineNorm(x, residual, { weight, bias, gamma, beta, epsilon: 1e-5, dropout, rate: 0.3, site: "here" }),
      );
  }
});

/** Factors of less than a tile and a block of ours, of several blocks in each direction, and without rows. */
const PRODUCTS = [
  [1, 1, 1],
  [5, 3, 7],
  [97, 257, 530],
  [13, 600, 5],
  [200, 70, 16],
  [0, 4, 3],
  [4, 0, 3],
  [4, 3, 0],
] as const;

testAtEveryLevel("a product of two matrices, each as it is or transposed; NaN stays in its row", (level) => {
  if (level === "off") return;
  for (const [m, k, n] of PRODUCTS)
    for (const [a, b] of [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ]) {
      if ([a ? m : k, b ? k : n].includes(0)) continue; // rows without columns are nobody's
      const left = random(...(a ? [k, m] : [m, k])) as tf.Tensor as tf.Tensor2D;
      const right = random(...(b ? [n, k] : [k, n])) as tf.Tensor as tf.Tensor2D;
      const flags = (a ? FLAG.transposeA : 0) + (b ? FLAG.transposeB : 0);
      const [own] = kernelOp("MatMul", { floats: [left, right], flags });
      assert.deepEqual(own.shape, [m, n]);
      const wanted = tf.matMul(left, right, a, b).dataSync();
      assertClose(own.dataSync(), wanted, 1e-5 * k, `${m} x ${k} x ${n}, transposed ${a} ${b}`);
    }
  const rows = tf.tensor2d([1, Number.NaN, 2, 3, 4, 5], [3, 2]);
  const [product] = kernelOp("MatMul", { floats: [rows, tf.ones([2, 9])] });
  const broken = Array.from(product.dataSync(), Number.isNaN);
  assert.deepEqual(broken, [...Array(9).fill(true), ...Array(18).fill(false)]);
  assert.equal(kernelOp("MatMul", { floats: [tf.ones([1, 1]), tf.ones([1, 1])] })[0].dataSync()[0], 1);
});

/** Of several blocks of rows and of the inner size, with tiles and panels that are not whole. */
const LAID = [...SIZES, [127, 800, 45], [14, 768, 33], [3, 1540, 64]] as const;

testAtEveryLevel(
  "a linear layer whose weight is laid out in panels: as TensorFlow's, at any size, NaN in its row",
  (level) => {
    if (level === "off") return;
    const laid = (x: tf.Tensor, weight: tf.Tensor, bias?: tf.Tensor, gelu = false) => {
      const [panels] = kernelOp("LayPanels", { floats: [weight] });
      return kernelOp("Linear", { floats: bias ? [x, panels, bias] : [x, panels], flags: flagsOf({ bias, gelu }) })[0];
    };
    for (const [N, inputs, outputs] of LAID) {
      const [x, weight, bias] = [random(N, inputs), random(outputs, inputs), random(outputs)];
      const size = `${N} x ${inputs} -> ${outputs}`;
      const wanted = plainAffineRows(x, weight, bias);
      assertClose(laid(x, weight, bias).dataSync(), wanted.dataSync(), 1e-5 * inputs, size);
      assertClose(laid(x, weight).dataSync(), plainAffineRows(x, weight).dataSync(), 1e-5 * inputs, `${size}, no bias`);
      assertClose(laid(x, weight, bias, true).dataSync(), gelu(wanted).dataSync(), 1e-5 * inputs, `${size}, GELU`);
    }
    const rows = tf.tensor2d([1, Number.NaN, 2, 3, 4, 5], [3, 2]);
    const broken = Array.from(laid(rows, tf.ones([9, 2])).dataSync(), Number.isNaN);
    assert.deepEqual(broken, [...Array(9).fill(true), ...Array(18).fill(false)]);
    assert.deepEqual(laid(tf.zeros([0, 3]), tf.ones([4, 3])).shape, [0, 4]);
  },
);

test("the layout of a weight is made once, anew for other values, and goes with the weight", () => {
  const [x, weight] = [random(3, 20), random(40, 20)];
  const before = tf.memory().numTensors;
  const read = () => tf.tidy(() => Array.from(affineRows(x, weight).dataSync()));
  const first = read();
  const held = tf.memory().numTensors - before;
  assert.deepEqual(read(), first);
  assert.equal(tf.memory().numTensors - before, held);
  assert.equal(held, hasPanels() ? 1 : 0);
  weight.assign(tf.mul(weight, 2));
  const twice = first.map((value) => 2 * value);
  assertClose(read(), twice, 1e-4, "other values");
  assert.equal(tf.memory().numTensors - before, held + 1); // the product that was assigned
  forgetDerived(weight);
  assert.equal(tf.memory().numTensors - before, 1);
});

testAtEveryLevel(
  "a linear layer with weights of eight bits: as its twin, the same numbers at every level, NaN in its row",
  (level) => {
    if (level === "off") return;
    const eight = (x: tf.Tensor, weight: tf.Tensor, bias?: tf.Tensor, gelu = false) =>
      inPrecision("int8", () => affineOfEightBits(x, weight, { bias, gelu })) as tf.Tensor;
    for (const [N, inputs, outputs] of SIZES) {
      const [x, weight, bias] = [random(N, inputs), random(outputs, inputs), random(outputs)];
      const size = `${N} x ${inputs} -> ${outputs}`;
      const own = eight(x, weight, bias).dataSync();
      assertClose(own, plainAffineOfEightBits(x, weight, bias).dataSync(), 2e-5 * inputs ** 0.5, size);
      // Of each product at most half a step is lost on either side.
      assertClose(own, plainAffineRows(x, weight, bias).dataSync(), 0.05 * inputs ** 0.5, `${size}, in float32`);
      assertClose(eight(x, weight, bias, true).dataSync(), gelu(tf.tensor(own)).dataSync(), 1e-5, `GELU ${size}`);
      const before = eight(x, weight).dataSync();
      useKernels("plain");
      assert.deepEqual(eight(x, weight).dataSync(), before);
      useKernels(level);
      weight.assign(tf.zerosLike(weight));
      assert.ok(
        eight(x, weight)
          .dataSync()
          .every((value) => value === 0),
        "the weight's new values",
      );
      forgetDerived(weight);
    }
    const [broken, weight] = [tf.tensor2d([1, Number.NaN, 2, 0, 0, 0], [3, 2]), random(3, 2)];
    const found = Array.from(eight(broken, weight).dataSync());
    assert.deepEqual(found.map(Number.isNaN), [true, true, true, ...Array(6).fill(false)]);
    assert.deepEqual(found.slice(6), [0, 0, 0]);
    assert.equal(affineOfEightBits(broken, weight), undefined, "nobody asked for it");
  },
);

testAtEveryLevel("attention of texts of uneven lengths, one of them empty", (level) => {
  for (const [heads, d, lengths] of [
    [3, 5, [4, 1, 7]],
    [2, 32, [70, 3, 0, 49]],
    [1, 16, [16]],
  ] as [number, number, number[]][]) {
    const T = Math.max(...lengths);
    const mask = lengths.flatMap((length) => Array.from({ length: T }, (_, t) => +(t < length)));
    const packing = packingOf(mask, lengths.length, T);
    const rows = lengths.reduce((a, b) => a + b, 0);
    const qkv = random(packing.N, 3 * heads * d);
    for (const [name, dropout] of DROPOUTS)
      assertSame(`${heads} heads of ${d}, ${name}`, [qkv], level, () => {
        const context = packedAttention(qkv, packing, heads, { dropout, rate: 0.2, site: "there" });
        return tf.slice(context, [0, 0], [rows, heads * d]); // what lies behind is read by nobody
      });
  }
});

testAtEveryLevel("attention with what distances say, of texts of uneven lengths, one of them empty", (level) => {
  for (const [heads, d, lengths, parts] of [
    [3, 5, [4, 1, 7], ["c2p", "p2c"]],
    [2, 32, [130, 3, 0, 49], ["p2c", "c2p"]],
    [1, 16, [61], ["c2p"]],
    [2, 7, [24, 50], ["p2c"]],
  ] as [number, number, number[], PositionPart[]][]) {
    const T = Math.max(...lengths);
    const mask = lengths.flatMap((length) => Array.from({ length: T }, (_, t) => +(t < length)));
    const packing = packingOf(mask, lengths.length, T);
    const real = lengths.reduce((a, b) => a + b, 0);
    const [qkv, rows] = [random(packing.N, 3 * heads * d), random(31, parts.length * heads * d)];
    const positions = { rows, parts, rowOf: (delta: number) => Math.min(30, Math.max(0, delta + 15)) };
    // Blocks of texts in the first two, of queries in the others: what dropout drops depends on them.
    const blocks = blocksOf(packing, heads, lengths.length > 2 ? 2 * heads * packing.T ** 2 : 1);
    for (const [name, dropout] of DROPOUTS)
      assertSame(`${parts}, ${heads} heads of ${d}, ${name}`, [qkv, rows], level, () => {
        const drop = { dropout, rate: 0.2, site: "there" };
        const context = disentangledAttention(qkv, positions, { packing, heads }, drop, blocks);
        return tf.slice(context, [0, 0], [real, heads * d]); // what lies behind is read by nobody
      });
  }
});

testAtEveryLevel("ReLU and dropout of a number of values that is no multiple of a vector", (level) => {
  const x = random(13, 7);
  for (const [name, dropout] of DROPOUTS)
    assertSame(name, [x], level, () => reluDropout(x, dropout, 0.4, "everywhere"));
});

testAtEveryLevel("NaN passes through everything, values and gradients", () => {
  const bad = (tensor: tf.Tensor) => tensor.dataSync().some(Number.isNaN);
  const spoiled = (...shape: number[]) => {
    const values = tf.randomNormal(shape, 0, 1, "float32", ++drawn).dataSync().slice();
    values[values.length - 1] = Number.NaN;
    return tf.variable(tf.tensor(values, shape));
  };
  const [weight, bias, gamma, beta, residual] = [random(20, 18), random(20), random(20), random(20), random(9, 20)];
  const packing = packingOf(
    Array.from({ length: 9 }, () => 1),
    1,
    9,
  );
  const parts = { weight, bias, gamma, beta, epsilon: 1e-5, dropout: noDropout, rate: 0, site: "" };
  const ops: [string, number[], (x: tf.Tensor) => tf.Tensor][] = [
    ["linear", [9, 18], (x) => affineRows(x, weight, bias)],
    ["linear and GELU", [9, 18], (x) => affineGelu(x, weight, bias)],
    ["linear and norm", [9, 18], (x) => affineNorm(x, residual, parts)],
    ["GELU", [9, 20], gelu],
    ["norm", [9, 20], (x) => layerNormRows(x, gamma, beta, 1e-5)],
    ["ReLU", [9, 20], (x) => reluDropout(x, noDropout, 0, "")],
    ["attention", [9, 12], (x) => packedAttention(filled(x), packing, 2, drop)],
    ["attention by distance", [9, 12], (x) => distant(filled(x), random(17, 8))],
    ["distances", [17, 8], (x) => distant(random(packing.N, 12), x)],
  ];
  const drop = { dropout: noDropout, rate: 0, site: "" };
  const filled = (x: tf.Tensor) =>
    tf.pad(x as tf.Tensor2D, [
      [0, packing.N - 9],
      [0, 0],
    ]);
  const distant = (qkv: tf.Tensor, rows: tf.Tensor) =>
    disentangledAttention(
      qkv,
      { rows, parts: ["c2p", "p2c"], rowOf: (delta) => Math.max(0, Math.min(delta + 8, 16)) },
      { packing, heads: 2 },
      drop,
    );
  for (const [name, shape, op] of ops) {
    const x = spoiled(...shape);
    assert.ok(bad(op(x)), `${name}: the value is NaN somewhere`);
    const { grads } = tf.variableGrads(() => tf.sum(tf.square(op(x))) as tf.Scalar, [x]);
    // ReLU's gradient is 0 where its value is not above 0, NaN among them, in TensorFlow as well.
    if (name !== "ReLU") assert.ok(bad(grads[x.name]), `${name}: the gradient is NaN somewhere`);
  }
});
