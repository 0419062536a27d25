/** The AdamW optimiser: parameter groups, step counts, and the choice between native and plain moments. */
import * as tf from "@tensorflow/tfjs";
import { backendInfo, hasKernels, isNative } from "../backend";
import type { NamedArray } from "../weights/safetensors";
import { KernelMoments } from "./kernel-moments";
import { type Moments, PlainMoments } from "./moments";
import { NativeMoments } from "./native-moments";

/** Parameters that share a learning rate and a weight decay. */
export interface ParameterGroup {
  names: readonly string[];
  learningRate: number;
  weightDecay: number;
}

/** How an update is computed. */
export type MomentsKind = "kernel" | "native" | "plain";

export interface AdamWOptions {
  beta1: number;
  beta2: number;
  epsilon: number;
  /**
   * "kernel" = one pass over the memory, the default with native ops of our own; "native" = TensorFlow's op, with a native
   * library on a CPU (untried on a GPU); "plain" = op by op.
   */
  moments?: MomentsKind;
}

/**
 * AdamW as `torch.optim.AdamW` computes it (Loshchilov & Hutter 2019): the decay shrinks the weight itself, by the step's
 * learning rate; parameters without a gradient are left alone, decay included, and count no step.
 */
export class AdamW {
  /** Updates of each parameter. */
  private readonly steps = new Map<string, number>();
  private readonly moments = new Map<string, Moments>();

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
    const constants = new Map<string, tf.Tensor>();
    const constant = (value: number | number[]) => {
      const key = String(value);
      const known = constants.get(key) ?? tf.keep(tf.tensor(value));
      constants.set(key, known);
      return known;
    };
    for (const { names, learningRate, weightDecay: decay } of this.groups)
      for (const name of names) {
        const gradient = gradients.get(name);
        const variable = this.variables.get(name);
        if (!gradient || !variable) continue;
        const step = (this.steps.get(name) ?? 0) + 1;
        this.steps.set(name, step);
        const change = { ...this.options, rate: learningRate * factor, decay, step, clip: scale, constant };
        this.momentsOf(name, variable).update(variable, gradient, change);
      }
    tf.dispose([...constants.values()]);
  }

  /** What a checkpoint holds of every parameter that has had a gradient: "first.NAME", "second.NAME" and "step.NAME". */
  *state(): Generator<readonly [string, readonly number[], () => Float32Array | Int32Array]> {
    for (const [name, moments] of this.moments) {
      const { shape } = this.variableOf(name);
      yield [`first.${name}`, shape, () => moments.read("first")];
      yield [`second.${name}`, shape, () => moments.read("second")];
    }
    for (const [name, step] of this.steps) yield [`step.${name}`, [], () => Int32Array.of(step)];
  }

  /** Takes up the state of a checkpoint. */
  restore(state: ReadonlyMap<string, NamedArray>): void {
    for (const [key, { data }] of state) {
      if (!key.startsWith("step.")) continue;
      const name = key.slice("step.".length);
      this.steps.set(name, data[0]);
      const [first, second] = [state.get(`first.${name}`), state.get(`second.${name}`)];
      if (!(first?.data instanceof Float32Array && second?.data instanceof Float32Array))
        throw new Error(`the optimiser state lacks the moments of "${name}"`);
      this.momentsOf(name, this.variableOf(name)).write(first.data, second.data);
    }
  }

  dispose(): void {
    for (const moments of this.moments.values()) moments.dispose();
    this.moments.clear();
    this.steps.clear();
  }

  private momentsOf(name: string, { shape }: tf.Variable): Moments {
    let moments = this.moments.get(name);
    if (!moments) {
      moments = new MOMENTS[this.options.moments ?? bestMoments()](shape);
      this.moments.set(name, moments);
    }
    return moments;
  }

  private variableOf(name: string): tf.Variable {
    const variable = this.variables.get(name);
    if (!variable) throw new Error(`the optimiser state names "${name}", which the model lacks`);
    return variable;
  }
}

const MOMENTS = { kernel: KernelMoments, native: NativeMoments, plain: PlainMoments };

function bestMoments(): MomentsKind {
  if (hasKernels()) return "kernel";
  return isNative() && !backendInfo().gpu ? "native" : "plain";
}
