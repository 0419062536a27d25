import assert from "node:assert/strict";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { DEFAULT_LOSS, LOSS_TYPES, type LossOptions, spanLoss } from "../../lib/model/loss";
import { clampedFocal } from "../../lib/model/loss/focal-clamped";
import { type NamedArray, readSafetensors } from "../../lib/weights/safetensors";
import { assertRelative, need } from "./compare";
import type { GoldenFamily } from "./family";
import { crossEntropyLoss, elementLoss, type FunctionReduction } from "./loss-functions";

type Tensors = Map<string, NamedArray>;

/** Every loss of GLiNER 0.2.29, alone and in the span model: values, and gradients with respect to the scores. */
export const loss: GoldenFamily = {
  name: "loss",
  matches: (path) => path in CHECKS,
  async check(folder, path) {
    const { tensors, metadata } = readSafetensors(join(folder, path));
    const { cases } = JSON.parse(metadata.get("meta") ?? "{}") as { cases: Record<string, unknown>[] };
    assert.ok(cases.length > 0, "the fixture has no cases");
    tf.tidy(() => CHECKS[path](tensors, cases));
  },
};

const CHECKS: Record<string, (tensors: Tensors, cases: Record<string, unknown>[]) => void> = {
  "loss/functions.safetensors": checkFunctions,
  "loss/model_loss.safetensors": checkSpanLoss,
};

const load = (tensors: Tensors, name: string) =>
  tf.tensor(Float32Array.from(need(tensors, name).data), need(tensors, name).shape);

/** The span model's loss by every argument; where Python drew at random, by the numbers that it drew. */
function checkSpanLoss(tensors: Tensors, cases: Record<string, unknown>[]): void {
  const scores = load(tensors, "logits") as tf.Tensor4D; // [B, W, K, C]
  const [B, W, K] = scores.shape;
  const labels = load(tensors, "labels") as tf.Tensor4D; // [B, W, K, C]
  const spanMask = tf.reshape(load(tensors, "span_mask"), [B, W, K]) as tf.Tensor3D; // [B, W, K]
  const typeMask = load(tensors, "prompts_mask") as tf.Tensor2D; // [B, C]
  cases.forEach(({ uniform, ...args }, i) => {
    // Python warns at any other reduction and sums.
    const reduction = args.reduction === "mean" ? "mean" : "sum";
    const options: LossOptions = { ...DEFAULT_LOSS, ...args, reduction };
    const drawn = uniform ? need(tensors, `rand_${i}`).data : undefined;
    const run = (s: tf.Tensor) => {
      let next = 0;
      // With negatives = 0 nothing stays, whatever is drawn.
      const draw = () => (drawn ? drawn[next++] : 0.5);
      return spanLoss(s as tf.Tensor4D, labels, { spanMask, typeMask }, options, { draw });
    };
    const doubt = options.loss_type === "dice" ? diceDoubt(scores, labels, options.dice_gamma) : undefined;
    compare(run, scores, need(tensors, `loss_${i}`), need(tensors, `grad_${i}`), JSON.stringify(args), doubt);
  });
}

/** The free-standing functions, with targets that are ignored; gradients are of the sum of the output. */
function checkFunctions(tensors: Tensors, cases: Record<string, unknown>[]): void {
  const logits = load(tensors, "inputs"); // [4, 9]
  const targets = load(tensors, "targets"); // [4, 9]
  cases.forEach(({ fn, reduction, ...args }, i) => {
    const options: LossOptions = { ...DEFAULT_LOSS, alpha: 0.25, gamma: 2, ...args };
    const element = LOSS_TYPES[fn as "focal" | "dice"];
    const run = (s: tf.Tensor) =>
      elementLoss(targets, (labels) => element(s, labels, options), reduction as FunctionReduction);
    const names = [`${fn}_${i}`, `${fn}_grad_${i}`] as const;
    const doubt = fn === "dice" ? diceDoubt(logits, targets, options.dice_gamma) : undefined;
    compare(run, logits, need(tensors, names[0]), need(tensors, names[1]), names[0], doubt);
  });
  checkProbabilities(tensors, targets);
  checkCrossEntropy(tensors, logits as tf.Tensor2D);
}

function checkProbabilities(tensors: Tensors, targets: tf.Tensor): void {
  const options = { ...DEFAULT_LOSS, alpha: 0.25, gamma: 2 };
  const p = load(tensors, "probs");
  const ours = elementLoss(targets, (labels) => clampedFocal(p, labels, options), "none");
  assertRelative(ours.dataSync(), need(tensors, "focal_normalize_prob_False").data, 1e-5, "focal of probabilities");
}

function checkCrossEntropy(tensors: Tensors, logits: tf.Tensor2D): void {
  const classes = load(tensors, "ce_targets") as tf.Tensor1D; // [4]
  for (const reduction of ["none", "sum", "mean"] as const)
    for (const [name, smoothing] of [
      [`ce_${reduction}`, 0],
      [`ce_smooth_${reduction}`, 0.1],
    ] as const)
      assertRelative(
        crossEntropyLoss(logits, classes, reduction, smoothing).dataSync(),
        need(tensors, name).data,
        1e-5,
        name,
      );
}

/**
 * How uncertain Python's own gradient of Dice is, relative, element by element: its 1 - p is a difference of float32, a
 * multiple of 2^-24. Where a score is nearly certain, the slope ε / (a + ε)² of a negative hangs on that rounding
 * (at a logit of 13 by a few percent, from 17 on it is 0); ours takes 1 - p as sigmoid(-s), which has no such error.
 */
function diceDoubt(logits: tf.Tensor, labels: tf.Tensor, gamma: number): number[] {
  const y = labels.dataSync();
  return Array.from(logits.dataSync(), (s, i) => {
    const q = 1 / (1 + Math.exp(s));
    const at = (other: number) => diceSlope(other, Math.max(0, y[i]), gamma);
    const slope = Math.abs(at(q));
    return slope === 0 ? 0 : Math.abs(at(q + ROUNDING) - at(Math.max(q - ROUNDING, 0))) / slope;
  });
}

const ROUNDING = 2 ** -24;

/** d l / d s of Dice from q = 1 - p, in float64. */
function diceSlope(q: number, y: number, gamma: number): number {
  const p = 1 - q;
  const a = q ** gamma * p;
  const epsilon = 1e-6;
  const slopeOfA = p * q * (q ** gamma - gamma * p * q ** (gamma - 1));
  return (-slopeOfA * (2 * y * (a + y + epsilon) - (2 * a * y + epsilon))) / (a + y + epsilon) ** 2;
}

/** @param doubt the reference's own relative uncertainty of every gradient */
function compare(
  run: (s: tf.Tensor) => tf.Tensor,
  at: tf.Tensor,
  value: NamedArray,
  slope: NamedArray,
  what: string,
  doubt?: readonly number[],
) {
  assertRelative(run(at).dataSync(), value.data, 1e-4, `${what}: value`);
  const gradient = tf
    .grad((s) => tf.sum(run(s)))(at)
    .dataSync();
  // Python's power has an infinite slope where a score is certain and gamma is below 1; ours is 0 there.
  const finite = (values: ArrayLike<number>) => Array.from(values, (x, i) => (Number.isNaN(slope.data[i]) ? 0 : x));
  const wanted = finite(slope.data);
  const within = finite(gradient).map((x, i) =>
    Math.abs(x - wanted[i]) <= (doubt?.[i] ?? 0) * Math.max(Math.abs(x), Math.abs(wanted[i])) ? wanted[i] : x,
  );
  assertRelative(within, wanted, 1e-4, `${what}: gradient`);
  gradient.forEach((x, i) => {
    if (Number.isNaN(slope.data[i])) assert.ok(x === 0, `${what}: gradient ${i} is ${x}, wanted 0`);
  });
}
