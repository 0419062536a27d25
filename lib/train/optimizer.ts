import * as tf from "@tensorflow/tfjs";
import type { NamedArray } from "../weights/safetensors";

/** Parameters that share a learning rate and a weight decay. */
export interface ParameterGroup {
  names: readonly string[];
  learningRate: number;
  weightDecay: number;
}

export interface AdamWOptions {
  beta1: number;
  beta2: number;
  epsilon: number;
}

/**
 * AdamW as `torch.optim.AdamW` computes it (Loshchilov & Hutter 2019): the decay shrinks the weight itself, by the step's
 * learning rate; parameters without a gradient are left alone, decay included.
 *
 *     p ← p (1 - lr λ)     m ← m + (1 - β1)(g - m)     v ← v + (1 - β2)(g² - v)
 *     p ← p - lr / (1 - β1ᵗ) · m / (√v / √(1 - β2ᵗ) + ε)
 */
export class AdamW {
  /** Updates made: fewer than the run's steps where some were skipped. */
  step = 0;
  private readonly first = new Map<string, tf.Variable>();
  private readonly second = new Map<string, tf.Variable>();

  constructor(
    private readonly variables: ReadonlyMap<string, tf.Variable>,
    private readonly groups: readonly ParameterGroup[],
    private readonly options: AdamWOptions = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  ) {}

  /**
   * One update.
   * @param gradients by parameter name; left for the caller to dispose
   * @param factor the schedule's factor of every learning rate
   * @param scale what the gradients are multiplied by first (clipping)
   */
  apply(gradients: ReadonlyMap<string, tf.Tensor>, factor: number, scale = 1): void {
    this.step++;
    for (const group of this.groups)
      for (const name of group.names) {
        const gradient = gradients.get(name);
        const variable = this.variables.get(name);
        if (gradient && variable) this.update(name, variable, gradient, group, factor, scale);
      }
  }

  private update(
    name: string,
    variable: tf.Variable,
    gradient: tf.Tensor,
    group: ParameterGroup,
    factor: number,
    scale: number,
  ): void {
    const { beta1, beta2, epsilon } = this.options;
    const rate = group.learningRate * factor;
    const correction1 = 1 - beta1 ** this.step;
    const correction2 = Math.sqrt(1 - beta2 ** this.step);
    const m = moment(this.first, name, variable);
    const v = moment(this.second, name, variable);
    tf.tidy(() => {
      const g = scale === 1 ? gradient : tf.mul(gradient, scale);
      m.assign(tf.add(m, tf.mul(tf.sub(g, m), 1 - beta1)));
      v.assign(tf.add(v, tf.mul(tf.sub(tf.square(g), v), 1 - beta2)));
      const denominator = tf.add(tf.div(tf.sqrt(v), correction2), epsilon);
      const decayed = group.weightDecay ? tf.mul(variable, 1 - rate * group.weightDecay) : variable;
      variable.assign(tf.sub(decayed, tf.mul(tf.div(m, denominator), rate / correction1)));
    });
  }

  /** Both moments of every parameter that has had a gradient, for a checkpoint: "first.NAME" and "second.NAME". */
  *state(): Generator<readonly [string, readonly number[], () => Float32Array]> {
    for (const [prefix, moments] of [
      ["first", this.first],
      ["second", this.second],
    ] as const)
      for (const [name, variable] of moments)
        yield [`${prefix}.${name}`, variable.shape, () => variable.dataSync<"float32">()];
  }

  /** Takes up the state of a checkpoint. */
  restore(step: number, state: Iterable<readonly [string, NamedArray]>): void {
    this.step = step;
    for (const [name, { data, shape }] of state) {
      const moments = name.startsWith("first.") ? this.first : this.second;
      const key = name.slice(name.indexOf(".") + 1);
      const variable = this.variables.get(key);
      if (!variable) throw new Error(`the optimiser state names "${key}", which the model lacks`);
      tf.tidy(() => moment(moments, key, variable).assign(tf.tensor(data, shape, "float32")));
    }
  }

  dispose(): void {
    for (const moments of [this.first, this.second]) {
      for (const variable of moments.values()) variable.dispose();
      moments.clear();
    }
  }
}

function moment(moments: Map<string, tf.Variable>, name: string, like: tf.Variable): tf.Variable {
  let variable = moments.get(name);
  if (!variable) {
    const zero = tf.zerosLike(like);
    variable = tf.variable(zero, false);
    zero.dispose();
    moments.set(name, variable);
  }
  return variable;
}
