/** A cache of tensors computed from weights, so that reading many texts computes them once. */
import * as tf from "@tensorflow/tfjs";
import { takesGradient } from "./differentiable";

/** A tensor made of weights alone, and which values of them it was made of. */
interface Entry {
  of: readonly object[];
  value: tf.Tensor;
}

const kept = new WeakMap<tf.Tensor, Map<string, Entry>>();

/**
 * A tensor that depends on weights only (several matrices as one, a transposed one): made anew wherever a gradient is asked
 * for, else once for the same weights. It lives as long as the first weight: `forgetDerived` gives it back.
 */
export function derived(name: string, weights: readonly tf.Tensor[], make: () => tf.Tensor): tf.Tensor {
  if (takesGradient()) return make();
  const [owner] = weights;
  if (!lasts(owner)) return make();
  const entries = kept.get(owner) ?? new Map<string, Entry>();
  kept.set(owner, entries);
  const entry = entries.get(name);
  // An assigned variable has new data under it.
  if (entry && weights.every(({ dataId }, i) => dataId === entry.of[i])) return entry.value;
  if (entry) giveBack(entry);
  const value = tf.keep(make());
  entries.set(name, { of: weights.map(({ dataId }) => dataId), value });
  return value;
}

/** False for what passes away itself, such as weights that were joined for one pass: nothing can be kept beside it. */
export const lasts = (weight: tf.Tensor): boolean => weight.kept || weight instanceof tf.Variable;

/** Gives back what was derived from a weight; to be called before the weight is disposed. */
export function forgetDerived(weight: tf.Tensor): void {
  for (const entry of kept.get(weight)?.values() ?? []) giveBack(entry);
  kept.delete(weight);
}

/** With what was derived from it in turn. */
function giveBack({ value }: Entry): void {
  forgetDerived(value);
  value.dispose();
}
