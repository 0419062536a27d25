/**
 * The linear layer with weights of eight bits, for inference alone: whole numbers are multiplied, two in the time of one product in
 * float32. Scores change a little; nobody gets it unasked.
 */
import * as tf from "@tensorflow/tfjs";
import { kernelOp } from "../backend";
import { derived } from "./derived";
import { takesGradient } from "./differentiable";
import { type Behind, flagsOf } from "./panels";

/** What a forward pass computes in. */
export const PRECISIONS = ["float32", "int8"] as const;
export type Precision = (typeof PRECISIONS)[number];

/** Largest whole numbers of weights and of rows: with 4,096 inputs their sums stay below 2³¹. */
const WEIGHT_MOST = 127;
const ROW_MOST = 4095;
const MOST_INPUTS = 4096;

let inUse: Precision = "float32";

/** Runs a forward pass, which must not wait for anything, in a precision. */
export function inPrecision<Result>(precision: Precision, forward: () => Result): Result {
  const before = inUse;
  inUse = precision;
  try {
    return forward();
  } finally {
    inUse = before;
  }
}

/**
 * x Wᵀ, with bias and GELU, by eight bits where these are asked for and nobody asks for a gradient; else undefined. The weight's
 * eight bits are kept beside it.
 * @param x [N, in]
 * @param weight [out, in]
 * @returns [N, out]
 */
export function affineOfEightBits(x: tf.Tensor, weight: tf.Tensor, { bias, gelu }: Behind = {}): tf.Tensor | undefined {
  const fits = x.rank === 2 && weight.rank === 2 && (x.shape[1] as number) <= MOST_INPUTS;
  if (inUse !== "int8" || !fits || takesGradient()) return undefined;
  const ints = derived("eight bits", [weight], () => kernelOp("PackEight", { floats: [weight] })[0]);
  return kernelOp("LinearEight", { floats: bias ? [x, bias] : [x], ints, flags: flagsOf({ bias, gelu }) })[0]; // [N, out]
}

/** The readable twin of `affineOfEightBits`, to the rounding of sums in float32. [N, out] */
export function plainAffineOfEightBits(x: tf.Tensor, weight: tf.Tensor, bias?: tf.Tensor): tf.Tensor {
  const rows = wholeNumbers(x, ROW_MOST); // [N, in], [N, 1]
  const weights = wholeNumbers(weight, WEIGHT_MOST); // [out, in], [out, 1]
  const sums = tf.matMul(rows.numbers as tf.Tensor2D, weights.numbers as tf.Tensor2D, false, true); // [N, out]
  const product = tf.mul(sums, tf.mul(rows.scale, tf.transpose(weights.scale))); // [N, out]
  return bias ? tf.add(product, bias) : product; // [N, out]
}

/** Each row as whole numbers, none beyond `most`, and what they are times. */
function wholeNumbers(x: tf.Tensor, most: number): { numbers: tf.Tensor; scale: tf.Tensor } {
  const scale = tf.div(tf.max(tf.abs(x), 1, true), most); // [rows, 1]
  const by = tf.divNoNan(1, scale); // [rows, 1]
  return { numbers: tf.round(tf.mul(x, by)), scale };
}
