import type { LossOptions } from "../../model/loss";
import { select } from "../../train/selection";
import type { StepReport } from "../../train/trainer";
import type { GLiNER } from "../gliner";
import type { TrainingConfig } from "../settings";
import type { TrainOptions } from "../train";
import type { BestMetric } from "./best-metrics";
import { type EvaluationSets, evaluateInside, METRICS } from "./evaluation";
import type { TrainingReport } from "./report";
import type { StepLoss } from "./step-loss";
import type { RunStore } from "./store";

/** What follows a step: its report, the evaluation, the choice of the best model, what is written. */
export class AfterStep {
  /** The reports of this process's steps. */
  readonly history: TrainingReport[] = [];

  constructor(
    private readonly model: GLiNER,
    private readonly config: TrainingConfig,
    private readonly options: TrainOptions,
    private readonly sets: EvaluationSets,
    private readonly metric: BestMetric | undefined,
    private readonly loss: LossOptions,
    private readonly stepLoss: StepLoss,
    private readonly store: RunStore,
  ) {}

  /** @returns "stop" where the patience is used up */
  async take(step: StepReport): Promise<"stop" | undefined> {
    const { config, store } = this;
    if (step.clipped) store.memory.clipped++;
    return this.complete({
      ...step,
      ...this.stepLoss.finish(step),
      lr_encoder: config.lr_encoder * step.factor,
      lr_others: config.lr_others * step.factor,
      clippedShare: store.memory.clipped / step.step,
    });
  }

  /** The rest of a step, also of one whose evaluation was interrupted in an earlier session. */
  async complete(report: TrainingReport): Promise<"stop" | undefined> {
    const { memory } = this.store;
    memory.pending = report;
    if (this.isDue(report.step)) {
      const { eval_threshold } = this.config;
      const found = await evaluateInside(this.model, this.sets, this.loss, eval_threshold, this.options.signal);
      if (!found) return undefined;
      Object.assign(report, found);
    }
    memory.pending = undefined;
    this.choose(report);
    this.history.push(report);
    this.store.note(report);
    await this.options.onStep?.(report);
    return memory.stoppedEarly ? "stop" : undefined;
  }

  private isDue(step: number): boolean {
    const { eval_every: every, num_steps } = this.config;
    return every > 0 && (step % every === 0 || step === num_steps);
  }

  private choose(report: TrainingReport): void {
    const { metric, store, config } = this;
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
