/** Arithmetic on named gradients between backward pass and optimiser: norms, clipping, accumulation. */
import * as tf from "@tensorflow/tfjs";
import { halfOfSquares } from "../fused/native-ops";

/** Gradients by the names of their parameters: measured, clipped and added up over batches. */
export type Gradients = Map<string, tf.Tensor>;

/** The squared norm of every gradient; one transfer for all of them. */
export function squaredNorms(gradients: ReadonlyMap<string, tf.Tensor>): Map<string, number> {
  if (gradients.size === 0) return new Map();
  const all = tf.tidy(() => tf.stack([...gradients.values()].map(halfOfSquares)));
  const values = all.dataSync();
  all.dispose();
  return new Map([...gradients.keys()].map((name, i) => [name, 2 * values[i]]));
}

/** The norm of all gradients together, as `clip_grad_norm_` measures it. */
export function globalNorm(squares: Iterable<number>): number {
  let total = 0;
  for (const square of squares) total += square;
  return Math.sqrt(total);
}

/** The norm of each module's gradients. */
export function moduleNorms(
  squares: ReadonlyMap<string, number>,
  moduleOf: (name: string) => string,
): Record<string, number> {
  const sums = new Map<string, number>();
  for (const [name, square] of squares) sums.set(moduleOf(name), (sums.get(moduleOf(name)) ?? 0) + square);
  return Object.fromEntries([...sums].map(([module, sum]) => [module, Math.sqrt(sum)]));
}

/** torch's factor: 1 where the norm is within the limit, `limit / (norm + 1e-6)` beyond it; a limit of 0 means no clipping. */
export function clipFactor(norm: number, limit: number): number {
  return limit > 0 ? Math.min(1, limit / (norm + 1e-6)) : 1;
}

/** Adds a batch's gradients, times `weight`, to a sum; takes them over. */
export function accumulate(sum: Gradients, batch: Gradients, weight: number): void {
  for (const [name, gradient] of batch) {
    const before = sum.get(name);
    sum.set(
      name,
      tf.tidy(() => {
        const weighted = weight === 1 ? gradient : tf.mul(gradient, weight);
        return before ? tf.add(before, weighted) : weighted;
      }),
    );
    if (before) before.dispose();
    if (sum.get(name) !== gradient) gradient.dispose();
  }
}
