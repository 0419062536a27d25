/** A training as it goes on: a bar, the curve of the loss, the curve of F1 on held-out types. */

import type { TrainingReport } from "../gliner/training/report";
import { describeReport } from "../gliner/training/report";
import { type Curve, curve, type Progress, progress } from "./live";

/** Most points of the loss's line: each drawing sends all of them. */
const POINTS = 300;

/**
 * Shows a run's reports; its `onStep` is given to `train`.
 *
 * @example
 * const live = monitor(60);
 * await train(model, records, { num_steps: 60, onStep: live.onStep, signal: interruptSignal() });
 * live.stop();
 */
export class Monitor {
  private readonly bar: Progress;
  private readonly losses: Curve;
  private f1: Curve | undefined;
  private readonly every: number;
  private recent: number[] = [];

  constructor(steps: number, title: string) {
    this.every = Math.max(1, Math.ceil(steps / POINTS));
    this.bar = progress(steps, title);
    this.losses = curve("Loss of a batch", { x: "step", y: "loss" });
  }

  /** Takes a step's report; may be handed on as it is. */
  readonly onStep = (report: TrainingReport): void => {
    this.bar.update(report.step, describeReport(report));
    if (report.skipped === undefined) this.recent.push(report.loss);
    if (report.step % this.every === 0) this.addLoss(report);
    if (report.heldOut || report.benchmark) this.addF1(report);
  };

  /** Draws the last state; needed where a run ends before its last step. */
  stop(): void {
    this.bar.stop();
    this.losses.stop();
    this.f1?.stop();
  }

  private addLoss({ step, lossPositive, lossNegative }: TrainingReport): void {
    if (this.recent.length === 0) return;
    this.losses.add("whole", step, this.recent.reduce((a, b) => a + b, 0) / this.recent.length);
    if (lossPositive !== undefined) this.losses.add("of mentions", step, lossPositive);
    if (lossNegative !== undefined) this.losses.add("of everything else", step, lossNegative);
    this.recent = [];
  }

  private addF1({ step, heldOut, benchmark }: TrainingReport): void {
    this.f1 ??= curve("F1 during training", { x: "step", y: "F1 in percent" });
    if (heldOut) {
      this.f1.add("held-out types", step, 100 * heldOut.f1);
      this.f1.add("95 %: low", step, 100 * heldOut.ci95[0]);
      this.f1.add("95 %: high", step, 100 * heldOut.ci95[1]);
    }
    if (benchmark) this.f1.add(`benchmark (${benchmark.warning})`, step, 100 * benchmark.f1);
  }
}

/** A live picture of a training run. @param steps of the whole run */
export function monitor(steps: number, title = "training"): Monitor {
  return new Monitor(steps, title);
}
