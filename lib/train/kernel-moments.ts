/** AdamW's per-parameter state on the op of our own, the fastest twin of `PlainMoments`. */
import * as tf from "@tensorflow/tfjs";
import { kernelOp } from "../backend";
import type { AdamChange, Moments } from "./moments";

/**
 * AdamW's update, clipping and decay included, in one pass over the memory (backend/kernels/adamw.cc). The op changes the
 * moments where they lie, so nobody else may hold them. As in `NativeMoments`, rate and ε carry the corrections.
 */
export class KernelMoments implements Moments {
  private first: tf.Tensor;
  private second: tf.Tensor;

  constructor(private readonly shape: readonly number[]) {
    const zeros = () => tf.keep(tf.zeros([...shape]));
    [this.first, this.second] = [zeros(), zeros()];
  }

  update(variable: tf.Variable, gradient: tf.Tensor, change: AdamChange): void {
    const { rate, decay, step, epsilon, clip } = change;
    const [beta1, beta2] = [Math.fround(change.beta1), Math.fround(change.beta2)];
    const correction2 = Math.sqrt(1 - beta2 ** step);
    const alpha = (rate * correction2) / (1 - beta1 ** step);
    const numbers = change.constant([clip, 1 - rate * decay, 1 - beta1, 1 - beta2, alpha, epsilon * correction2]);
    const [updated] = kernelOp("AdamW", { floats: [variable, this.first, this.second, gradient, numbers] });
    variable.assign(updated);
    updated.dispose();
  }

  read(which: "first" | "second"): Float32Array {
    // A copy: the op changes what lies there.
    return this[which].dataSync<"float32">().slice();
  }

  write(first: Float32Array, second: Float32Array): void {
    this.dispose();
    const kept = (values: Float32Array) => tf.keep(tf.tensor(values.slice(), [...this.shape]));
    [this.first, this.second] = [kept(first), kept(second)];
  }

  dispose(): void {
    tf.dispose([this.first, this.second]);
  }
}
