/** Joins batches, dropout, loss and measures into the function that the trainer differentiates at each step. */
import type * as tf from "@tensorflow/tfjs";
import { seededDropout } from "../../fused/dropout";
import { batchLoss } from "../../model/batch-loss";
import { isTokenLevel } from "../../model/config";
import type { LossOptions } from "../../model/loss";
import { randomStream } from "../../random";
import type { StepReport } from "../../train/trainer";
import type { GLiNER } from "../gliner";
import { seedOf, type TrainingConfig } from "../recipe/training-config";
import type { TrainingBatches } from "./batches";
import { Measuring, type StepMeasures } from "./measures";

/** The loss of each batch of a run, and what is measured on the way. */
export class StepLoss {
  private measuring: Measuring | undefined;

  constructor(
    private readonly model: GLiNER,
    private readonly batches: TrainingBatches,
    private readonly config: TrainingConfig,
    private readonly loss: LossOptions,
  ) {}

  /** @param number of the batch, counted from 0 over the whole run */
  of(number: number): () => tf.Scalar {
    const { seed, gradient_accumulation_steps: batchesPerStep } = this.config;
    if (number % batchesPerStep === 0) this.begin(number / batchesPerStep + 1);
    const batch = this.batches.batch(number);
    const measuring = this.measuring;
    measuring?.count(batch);
    const dropout = seededDropout(seedOf(this.config, "dropout"), number);
    return () => {
      const negatives = randomStream(seed, "negatives", number);
      const draw = () => negatives.uniform();
      return batchLoss(this.model.model, batch, this.loss, {
        dropout,
        draw,
        watch: (inside) => measuring?.watch(batch, inside),
      });
    };
  }

  /** The measures of the step that was taken last; none of one that was skipped. */
  finish({ loss, seconds, skipped }: StepReport): Partial<StepMeasures> {
    const measuring = this.measuring;
    this.measuring = undefined;
    if (skipped === undefined) return measuring?.finish(loss, seconds) ?? {};
    measuring?.dispose();
    return {};
  }

  /** Gives back what a failed step kept. */
  dispose(): void {
    this.measuring?.dispose();
    this.measuring = undefined;
  }

  private begin(step: number): void {
    this.dispose();
    const { histogram_every: every } = this.config;
    this.measuring = new Measuring(isTokenLevel(this.model.config), every > 0 && step % every === 0);
  }
}
