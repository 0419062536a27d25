/** The step loop of every training: loss, gradients, clipping, update, and what happens when a step fails. */
import * as tf from "@tensorflow/tfjs";
import { turn } from "../turn";
import { failureOf, StepFailure } from "./failure";
import { accumulate, clipFactor, type Gradients, globalNorm, moduleNorms, squaredNorms } from "./gradients";
import { AdamW, type ParameterGroup } from "./optimizer";

/** What is trained: the trainer knows nothing else of the model. */
export interface Task {
  /** Variables by name. */
  parameters: ReadonlyMap<string, tf.Variable>;
  /** Makes the loss of a batch: called once inside the gradient; whatever it allocates is disposed. */
  loss(batch: number): () => tf.Scalar;
}

/** One step, as it was taken. */
export interface StepReport {
  /** Steps taken so far, this one included. */
  step: number;
  /** Mean of the step's batches; NaN where the step was skipped. */
  loss: number;
  /** Norm of all gradients before clipping. */
  gradientNorm: number;
  /** The same for each module. */
  moduleNorms: Record<string, number>;
  clipped: boolean;
  /** Factor of the learning rates. */
  factor: number;
  seconds: number;
  /** Why the step changed nothing; only where it was skipped. */
  skipped?: string;
}

export interface TrainerOptions {
  steps: number;
  groups: readonly ParameterGroup[];
  schedule: (step: number) => number;
  /** 0 = no clipping. */
  maxGradNorm: number;
  /** Batches a step: their gradients are averaged, as transformers does. Default 1. */
  accumulation?: number;
  /** The module that a parameter belongs to, for the norms. */
  moduleOf?(name: string): string;
  /** After every step; may evaluate or save, and may be asynchronous; what gives "stop" ends the run. */
  onStep?(report: StepReport): unknown;
  /** "skip" leaves a failed step out; without it, or with anything else, the failure ends the run. */
  onFailure?(failure: StepFailure): "skip" | "stop";
  /** Ends the run after the current step; what was done so far stays. */
  signal?: AbortSignal;
}

/** A training loop over steps that can begin in the middle. */
export class Trainer {
  readonly optimizer: AdamW;

  constructor(
    private readonly task: Task,
    private readonly options: TrainerOptions,
  ) {
    this.optimizer = new AdamW(task.parameters, options.groups);
  }

  /**
   * Runs from step `first` to the last.
   * @returns the number of steps taken in all, fewer than asked for where the signal or `onStep` ended the run
   * @throws StepFailure where a step cannot be taken and is not skipped: the weights are those of the step before
   */
  async run(first = 0): Promise<number> {
    let step = first;
    while (step < this.options.steps && !this.options.signal?.aborted) {
      const report = this.step(step++);
      if ((await this.options.onStep?.(report)) === "stop") break;
      await turn();
    }
    return step;
  }

  private step(step: number): StepReport {
    const start = performance.now();
    const factor = this.options.schedule(step);
    const seconds = () => (performance.now() - start) / 1000;
    try {
      return { step: step + 1, ...this.take(step, factor), factor, seconds: seconds() };
    } catch (error) {
      if (!(error instanceof StepFailure) || this.options.onFailure?.(error) !== "skip") throw error;
      const nothing = { loss: Number.NaN, gradientNorm: Number.NaN, moduleNorms: {}, clipped: false };
      return { step: step + 1, ...nothing, factor, seconds: seconds(), skipped: error.failed.reason };
    }
  }

  private take(step: number, factor: number): Pick<StepReport, "loss" | "gradientNorm" | "moduleNorms" | "clipped"> {
    const gradients: Gradients = new Map();
    try {
      const loss = this.gradients(step, gradients);
      const squares = squaredNorms(gradients);
      const gradientNorm = globalNorm(squares.values());
      if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) {
        const reason = `the loss is ${loss} and the gradient's norm ${gradientNorm}`;
        throw new StepFailure({ kind: "not finite", step: step + 1, batches: this.batches(step), reason });
      }
      const scale = clipFactor(gradientNorm, this.options.maxGradNorm);
      this.optimizer.apply(gradients, factor, scale);
      const norms = this.options.moduleOf ? moduleNorms(squares, this.options.moduleOf) : {};
      return { loss, gradientNorm, moduleNorms: norms, clipped: scale < 1 };
    } finally {
      tf.dispose([...gradients.values()]);
    }
  }

  /** The batches of a step, counted from 0 over the whole run. */
  private batches(step: number): number[] {
    const { accumulation = 1 } = this.options;
    return Array.from({ length: accumulation }, (_, i) => step * accumulation + i);
  }

  /** Adds up the gradients of a step's batches. @returns the mean of their losses */
  private gradients(step: number, sum: Gradients): number {
    const batches = this.batches(step);
    let loss = 0;
    try {
      for (const batch of batches) {
        const one = this.gradientsOf(batch);
        accumulate(sum, one.gradients, 1 / batches.length);
        loss += one.loss / batches.length;
      }
    } catch (error) {
      throw failureOf(error, step + 1, batches);
    }
    return loss;
  }

  private gradientsOf(batch: number): { loss: number; gradients: Gradients } {
    const trained = this.options.groups.flatMap((group) => group.names);
    const variables = trained.map((name) => this.task.parameters.get(name) as tf.Variable);
    const { value, grads } = tf.variableGrads(this.task.loss(batch), variables);
    const loss = value.dataSync()[0];
    value.dispose();
    const gradients: Gradients = new Map();
    trained.forEach((name, i) => {
      const gradient = grads[variables[i].name];
      if (gradient) gradients.set(name, gradient);
    });
    return { loss, gradients };
  }
}
