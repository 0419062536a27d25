/** Dropout as the layers get it: none for reading, reproducible masks for training. */
import * as tf from "@tensorflow/tfjs";
import { attribute, FLAG, hasKernels, isNative, kernelOp, nativeOp, nativeRandomBits } from "../backend";
import { randomStream } from "../random";
import { differentiable } from "./differentiable";
import { where } from "./native-ops";

/** Zeroes each value with probability `rate` and scales the others by 1 / (1 - rate). The site names the place in the model. */
export interface Dropout {
  (x: tf.Tensor, rate: number, site: string): tf.Tensor;
  /** The mask alone, for ops that drop inside: a bool tensor, true = stays; undefined where nothing is dropped. */
  keep(shape: number[], rate: number, site: string): tf.Tensor | undefined;
}

/** The dropout that keeps what `keep` says. */
export function dropoutOf(keep: Dropout["keep"]): Dropout {
  const drop = (x: tf.Tensor, rate: number, site: string) => {
    const kept = keep(x.shape, rate, site);
    if (!kept) return x;
    const factor = 1 / (1 - rate);
    const apply = hasKernels() ? kernelDrop : (t: tf.Tensor) => tf.mul(where(kept, t), factor);
    return differentiable([x], () => ({
      value: apply(x, kept, factor),
      saved: [kept],
      gradient: (dy, [kept]) => [apply(dy, kept, factor)],
    }));
  };
  return Object.assign(drop, { keep });
}

function kernelDrop(x: tf.Tensor, mask: tf.Tensor, factor: number): tf.Tensor {
  return kernelOp("Drop", { floats: [x], masks: [mask], flags: FLAG.mask, factor })[0];
}

/** Evaluation: nothing is dropped. */
export const noDropout: Dropout = dropoutOf(() => undefined);

/**
 * Dropout whose masks depend on (seed, step, site) alone: the same step drops the same values whatever ran before, so a
 * resumed run goes on exactly. TensorFlow.js's seeded dropout repeats one mask for ever, which trains a fixed sub-network.
 */
export function seededDropout(seed: number, step: number): Dropout {
  return dropoutOf((shape, rate, site) => {
    if (rate === 0) return undefined;
    const random = randomStream(seed, "dropout", step, site);
    return tf.tidy(() => mask(shape, rate, random.uint32(), random.uint32()));
  });
}

/**
 * The same mask by the op of our own, by TensorFlow's generator of random bits, and (another one) in plain numbers.
 * Chances are whole 65536ths: a number of 32 bits decides on two values, and drawing them is what dropout costs.
 */
const HALF = 2 ** 16;

function mask(shape: number[], rate: number, seedA: number, seedB: number): tf.Tensor {
  const least = Math.round(rate * HALF);
  if (hasKernels()) {
    const ints = tf.tensor1d(Int32Array.of(seedA, seedB, least, ...shape), "int32");
    return kernelOp("KeepMask", { ints })[0];
  }
  const n = shape.reduce((a, b) => a * b, 1);
  const bits = isNative() ? nativeRandomBits(Math.ceil(n / 2), seedA | 0, seedB | 0) : plainBits(n, seedA, seedB); // [n / 2]
  const low = tf.greaterEqual(lowHalf(bits), tf.scalar(least, "int32"));
  // The high half is compared within the whole number, which has a sign.
  const high = tf.greaterEqual(bits, tf.scalar(least * HALF - 2 ** 31, "int32"));
  return tf.reshape(tf.slice(tf.concat([low, high]), 0, n), shape);
}

function lowHalf(bits: tf.Tensor): tf.Tensor {
  const ones = tf.scalar(HALF - 1, "int32");
  if (isNative()) return nativeOp("BitwiseAnd", [attribute("T", "type", "int32")], [bits, ones], 1)[0];
  return tf.tensor1d(
    Int32Array.from(bits.dataSync(), (value) => value & (HALF - 1)),
    "int32",
  );
}

function plainBits(n: number, seedA: number, seedB: number): tf.Tensor1D {
  const random = randomStream(seedA, "dropout bits", seedB);
  return tf.tensor1d(
    Int32Array.from({ length: Math.ceil(n / 2) }, () => random.uint32() | 0),
    "int32",
  );
}
