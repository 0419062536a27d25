/** The end of every training step: evaluates when due, picks the best model, decides on early stopping. */
import { UserError } from "../../errors";
import type { LossOptions } from "../../model/loss";
import { select } from "../../train/selection";
import type { StepReport } from "../../train/trainer";
import type { GLiNER } from "../gliner";
import type { BestMetric, TrainingConfig } from "../recipe/training-config";
import { type EvaluationSets, evaluateInside, METRICS } from "./evaluation";
import type { TrainOptions } from "./options";
import type { TrainingReport } from "./report";
import type { StepLoss } from "./step-loss";
import type { RunStore } from "./store";

/** Steps in a row without any gradient after which a model is given up. */
const STILL = 20;

/** What a run hands to the end of its steps. */
export interface AfterStepParts {
  model: GLiNER;
  config: TrainingConfig;
  options: TrainOptions;
  sets: EvaluationSets;
  /** What the best model is chosen by; undefined = there is nothing to choose by. */
  metric: BestMetric | undefined;
  loss: LossOptions;
  stepLoss: StepLoss;
  store: RunStore;
}

/** What follows a step: its report, the evaluation, the choice of the best model, what is written. */
export class AfterStep {
  /** The reports of this process's steps. */
  readonly history: TrainingReport[] = [];

  constructor(private readonly parts: AfterStepParts) {}

  /** @returns "stop" where the patience is used up */
  async take(step: StepReport): Promise<"stop" | undefined> {
    const { config, store } = this.parts;
    if (step.clipped) store.memory.clipped++;
    this.checkAlive(step);
    return this.complete({
      ...step,
      ...this.parts.stepLoss.finish(step),
      lr_encoder: config.lr_encoder * step.factor,
      lr_others: config.lr_others * step.factor,
      clippedShare: store.memory.clipped / step.step,
    });
  }

  /** The rest of a step, also of one whose evaluation was interrupted in an earlier session. */
  async complete(report: TrainingReport): Promise<"stop" | undefined> {
    const { memory } = this.parts.store;
    memory.pending = report;
    if (this.isDue(report.step)) {
      const { eval_threshold } = this.parts.config;
      const found = await evaluateInside(
        this.parts.model,
        this.parts.sets,
        this.parts.loss,
        eval_threshold,
        this.parts.options.signal,
      );
      if (!found) return undefined;
      Object.assign(report, found);
    }
    memory.pending = undefined;
    this.choose(report);
    this.history.push(report);
    this.parts.store.note(report);
    await this.parts.options.onStep?.(report);
    return memory.stoppedEarly ? "stop" : undefined;
  }

  /**
   * The clamp of `loss_type: focal` (GLiNER since 0.2.22) gives no gradient where a probability is below 1e-6. A model that is
   * sure of nothing anywhere stays so for ever, at a loss that looks like any other: in Python such a run goes on to its end.
   */
  private checkAlive({ step, loss, gradientNorm }: StepReport): void {
    const { memory } = this.parts.store;
    memory.still = gradientNorm === 0 && loss > 0 ? memory.still + 1 : 0;
    if (memory.still < STILL) return;
    throw new UserError(
      `step ${step}: the gradient has been exactly 0 for ${STILL} steps at a loss of ${loss.toFixed(1)}: every probability is below the clamp of loss_type "${this.parts.config.loss_type}", and nothing is learnt any more; wanted lower rates, a longer warm-up, or loss_type focal_logits, which has no clamp.`,
    );
  }

  private isDue(step: number): boolean {
    const { eval_every: every, num_steps } = this.parts.config;
    return every > 0 && (step % every === 0 || step === num_steps);
  }

  private choose(report: TrainingReport): void {
    const { metric, store, config } = this.parts;
    const value = metric && METRICS[metric].of(report);
    if (metric === undefined || value === undefined) return;
    const { greaterIsBetter, words } = METRICS[metric];
    const rule = {
      greaterIsBetter,
      patience: config.early_stopping_patience,
      threshold: config.early_stopping_threshold,
    };
    const { selection, isBest, stop } = select(store.memory.selection, report.step, value, rule);
    store.memory.selection = selection;
    if (stop) store.memory.stoppedEarly = true;
    if (isBest) store.saveBest({ step: report.step, metric, value, selection: words });
  }
}
