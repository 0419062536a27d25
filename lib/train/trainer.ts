import * as tf from "@tensorflow/tfjs";
import { UserError } from "../errors";
import { AdamW, clipFactor, globalNorm, type ParameterGroup } from "./optimizer";

/** What is trained: the trainer knows nothing else of the model. */
export interface Task {
  /** Variables by name. */
  parameters: ReadonlyMap<string, tf.Variable>;
  /** Makes the loss of a step: called once inside the gradient; whatever it allocates is disposed. */
  loss(step: number): () => tf.Scalar;
}

/** One step, as it was taken. */
export interface StepReport {
  /** Steps taken so far, this one included. */
  step: number;
  loss: number;
  /** Norm of all gradients before clipping. */
  gradientNorm: number;
  clipped: boolean;
  /** Factor of the learning rates. */
  factor: number;
  seconds: number;
}

export interface TrainerOptions {
  steps: number;
  groups: readonly ParameterGroup[];
  schedule: (step: number) => number;
  /** 0 = no clipping. */
  maxGradNorm: number;
  /** After every step; may evaluate or save, and may be asynchronous. */
  onStep?(report: StepReport): void | Promise<void>;
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
   * @returns the number of steps taken in all, fewer than asked for where the signal ended the run
   * @throws UserError where the loss or a gradient is not a finite number: the weights are those of the step before
   */
  async run(first = 0): Promise<number> {
    let step = first;
    for (; step < this.options.steps && !this.options.signal?.aborted; step++) {
      const report = this.step(step);
      await this.options.onStep?.(report);
      // Lets timers, signals and a notebook's messages through between two steps.
      await new Promise((resolve) => setImmediate(resolve));
    }
    return step;
  }

  private step(step: number): StepReport {
    const start = performance.now();
    const { loss, gradients } = this.gradients(step);
    const gradientNorm = globalNorm(gradients.values());
    if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) {
      tf.dispose([...gradients.values()]);
      throw new UserError(
        `step ${step + 1}: the loss is ${loss} and the gradient's norm ${gradientNorm}; training stopped.`,
      );
    }
    const scale = clipFactor(gradientNorm, this.options.maxGradNorm);
    const factor = this.options.schedule(step);
    this.optimizer.apply(gradients, factor, scale);
    tf.dispose([...gradients.values()]);
    const seconds = (performance.now() - start) / 1000;
    return { step: step + 1, loss, gradientNorm, clipped: scale < 1, factor, seconds };
  }

  private gradients(step: number): { loss: number; gradients: Map<string, tf.Tensor> } {
    const trained = this.options.groups.flatMap((group) => group.names);
    const variables = trained.map((name) => this.task.parameters.get(name) as tf.Variable);
    const { value, grads } = tf.variableGrads(this.task.loss(step), variables);
    const loss = value.dataSync()[0];
    value.dispose();
    const gradients = new Map<string, tf.Tensor>();
    trained.forEach((name, i) => {
      const gradient = grads[variables[i].name];
      if (gradient) gradients.set(name, gradient);
    });
    return { loss, gradients };
  }
}
