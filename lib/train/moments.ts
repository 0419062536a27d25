/** The interface of AdamW's per-parameter state, and its plain form for any backend. */
import * as tf from "@tensorflow/tfjs";

/** What one update of one parameter does, in numbers. */
export interface AdamChange {
  /** Learning rate times the schedule's factor. */
  rate: number;
  /** Weight decay λ. */
  decay: number;
  /** This parameter's updates, this one included. */
  step: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  /** A number as a scalar, numbers as a vector: one tensor for all parameters of an update that have the same. */
  constant(value: number | number[]): tf.Tensor;
  /** What the gradient is to be multiplied by first. */
  clip: number;
}

/** The two moments of a parameter, and the update that they are for. */
export interface Moments {
  update(variable: tf.Variable, gradient: tf.Tensor, change: AdamChange): void;
  read(which: "first" | "second"): Float32Array;
  write(first: Float32Array, second: Float32Array): void;
  dispose(): void;
}

/**
 * AdamW's update op by op, on any backend: the readable twin of `NativeMoments`.
 *
 *     g ← g · clip     p ← p (1 - lr λ)     m ← m + (1 - β1)(g - m)     v ← v + (1 - β2)(g² - v)
 *     p ← p - lr / (1 - β1ᵗ) · m / (√v / √(1 - β2ᵗ) + ε)
 */
export class PlainMoments implements Moments {
  private readonly first: tf.Variable;
  private readonly second: tf.Variable;

  constructor(private readonly shape: readonly number[]) {
    [this.first, this.second] = [0, 1].map(() => tf.tidy(() => tf.variable(tf.zeros([...shape]), false)));
  }

  update(variable: tf.Variable, gradient: tf.Tensor, change: AdamChange): void {
    const { rate, decay, step, beta1, beta2, epsilon, clip } = change;
    const { first: m, second: v } = this;
    const correction1 = 1 - beta1 ** step;
    const correction2 = Math.sqrt(1 - beta2 ** step);
    tf.tidy(() => {
      const g = clip === 1 ? gradient : tf.mul(gradient, clip);
      m.assign(tf.add(m, tf.mul(tf.sub(g, m), 1 - beta1)));
      v.assign(tf.add(v, tf.mul(tf.sub(tf.square(g), v), 1 - beta2)));
      const denominator = tf.add(tf.div(tf.sqrt(v), correction2), epsilon);
      const decayed = decay ? tf.mul(variable, 1 - rate * decay) : variable;
      variable.assign(tf.sub(decayed, tf.mul(tf.div(m, denominator), rate / correction1)));
    });
  }

  read(which: "first" | "second"): Float32Array {
    return this[which].dataSync<"float32">();
  }

  write(first: Float32Array, second: Float32Array): void {
    tf.tidy(() => {
      this.first.assign(tf.tensor(first, [...this.shape]));
      this.second.assign(tf.tensor(second, [...this.shape]));
    });
  }

  dispose(): void {
    tf.dispose([this.first, this.second]);
  }
}
