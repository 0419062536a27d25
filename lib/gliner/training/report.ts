/** The report of one training step, and its forms for TensorBoard and the terminal. */
import type { Histogram } from "../../train/tensorboard/events";
import type { StepReport } from "../../train/trainer";
import type { TrainingEvaluation } from "./evaluation";
import { SCORE_BINS, type StepMeasures } from "./measures";

/**
 * One step of a run, as `metrics.jsonl` has it: the step, its batch, the rates and, where it was time, an evaluation. What
 * describes the batch is absent where the step was skipped.
 */
export interface TrainingReport extends StepReport, Partial<StepMeasures>, TrainingEvaluation {
  lr_encoder: number;
  lr_others: number;
  /** Share of the steps so far whose gradient was clipped. */
  clippedShare: number;
}

/** A report's numbers for TensorBoard, by tag. */
export function scalarsOf(report: TrainingReport): Record<string, number> {
  const { loss, lossPositive, lossNegative, gradientNorm, moduleNorms, heldOut, benchmark } = report;
  const given: Record<string, number | undefined> = {
    "loss/train": loss,
    "loss/positive": lossPositive,
    "loss/negative": lossNegative,
    "loss/development": report.devLoss,
    "gradient/norm": gradientNorm,
    "gradient/clipped_share": report.clippedShare,
    "rate/encoder": report.lr_encoder,
    "rate/others": report.lr_others,
    "batch/tokens_per_second": report.tokensPerSecond,
    "batch/padding_share": report.paddingShare,
    "batch/negatives_per_example": report.negativesPerExample,
    "heldout/f1": heldOut?.f1,
    "heldout/precision": heldOut?.precision,
    "heldout/recall": heldOut?.recall,
    "heldout/f1_at_.3": heldOut?.at3.f1,
    "heldout/calibration_error": heldOut?.calibration.ece,
    // The tag carries the warning: a chart is shown without its manifest.
    "benchmark (selection on the test set)/f1": benchmark?.f1,
  };
  for (const [module, norm] of Object.entries(moduleNorms)) given[`gradient_norm/${module}`] = norm;
  for (const { type, f1 } of heldOut?.perType ?? []) given[`heldout_type/${type}`] = f1;
  return Object.fromEntries(
    Object.entries(given).flatMap(([tag, value]) => (value === undefined ? [] : [[tag, value]])),
  );
}

/** A report's histograms for TensorBoard. */
export function histogramsOf({ scores }: TrainingReport): Record<string, Histogram> {
  if (!scores) return {};
  const edges = Array.from({ length: SCORE_BINS }, (_, i) => (i + 1) / SCORE_BINS);
  return {
    "scores/positives": { edges, counts: scores.positives },
    "scores/negatives": { edges, counts: scores.negatives },
  };
}

/** A report in one line, for a terminal. */
export function describeReport(report: TrainingReport): string {
  const { loss, gradientNorm, lr_others, devLoss, heldOut, benchmark, skipped } = report;
  const percent = (share: number) => (100 * share).toFixed(1);
  return [
    skipped ? `skipped: ${skipped}` : `loss ${loss.toFixed(1)}  gradient norm ${gradientNorm.toFixed(0)}`,
    `lr ${lr_others.toExponential(1)}`,
    devLoss === undefined ? "" : `dev loss ${devLoss.toFixed(2)}`,
    heldOut ? `held-out F1 ${percent(heldOut.f1)} (${heldOut.ci95.map(percent).join(" to ")})` : "",
    benchmark ? `benchmark ${percent(benchmark.f1)} (${benchmark.warning})` : "",
  ]
    .filter((part) => part !== "")
    .join("  ");
}
