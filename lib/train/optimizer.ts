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
  /** Updates of each parameter: as in torch, one without a gradient does not count a step. */
  private readonly steps = new Map<string, number>();
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
    const step = (this.steps.get(name) ?? 0) + 1;
    this.steps.set(name, step);
    const correction1 = 1 - beta1 ** step;
    const correction2 = Math.sqrt(1 - beta2 ** step);
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

  /** What a checkpoint holds of every parameter that has had a gradient: "first.NAME", "second.NAME" and "step.NAME". */
  *state(): Generator<readonly [string, readonly number[], () => Float32Array | Int32Array]> {
    for (const [prefix, moments] of [
      ["first", this.first],
      ["second", this.second],
    ] as const)
      for (const [name, variable] of moments)
        yield [`${prefix}.${name}`, variable.shape, () => variable.dataSync<"float32">()];
    for (const [name, step] of this.steps) yield [`step.${name}`, [], () => Int32Array.of(step)];
  }

  /** Takes up the state of a checkpoint. */
  restore(state: Iterable<readonly [string, NamedArray]>): void {
    for (const [key, { data, shape }] of state) {
      const kind = key.slice(0, key.indexOf("."));
      const name = key.slice(kind.length + 1);
      const variable = this.variables.get(name);
      if (!variable) throw new Error(`the optimiser state names "${name}", which the model lacks`);
      if (kind === "step") this.steps.set(name, data[0]);
      else {
        const moments = kind === "first" ? this.first : this.second;
        tf.tidy(() => moment(moments, name, variable).assign(tf.tensor(data, shape, "float32")));
      }
    }
  }

  dispose(): void {
    for (const moments of [this.first, this.second]) {
      for (const variable of moments.values()) variable.dispose();
      moments.clear();
    }
    this.steps.clear();
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
