import type { NerRecord } from "../data/records";
import { UserError } from "../errors";
import type { GLiNER } from "./gliner";
import { DEFAULT_TRAINING, type TrainingConfig, trainingOf } from "./settings";
import type { TrackedTest } from "./training/evaluation";
import type { HeldOut } from "./training/held-out";
import type { TrainingReport } from "./training/report";
import { TrainingRun } from "./training/run";
import type { DataFiles } from "./training/run-data";

export type { TrainingReport } from "./training/report";

export interface TrainOptions extends Partial<TrainingConfig> {
  /** Run folder: manifest, metrics, `last/`, `best/`; none = nothing is written. */
  out?: string;
  /** Goes on from `last/` where there is one. */
  resume?: boolean;
  /** Records for the development loss. */
  dev?: readonly NerRecord[];
  /** Types that the records do not have and what to measure them on, made by `holdOutTypes`. */
  heldOut?: HeldOut;
  /** Test sets to follow for teaching; what is chosen by them is marked as chosen on the test set. */
  benchmark?: readonly TrackedTest[];
  /** What the manifest cannot know by itself. */
  provenance?: { command?: string[]; dataConfig?: Record<string, unknown>; files?: DataFiles };
  onStep?(report: TrainingReport): void | Promise<void>;
  /** Ends the run after the current step or inside an evaluation, with a checkpoint. */
  signal?: AbortSignal;
}

/** "interrupted" has something left to do, which a resume does. */
export type RunEnd = "finished" | "stopped early" | "interrupted";

export interface TrainingResult {
  /** Steps taken in all. */
  steps: number;
  end: RunEnd;
  /** The step that the best checkpoint is of and its value; null where nothing was there to choose by. */
  best: { step: number; value: number } | null;
  /** The reports of this process's steps. */
  history: TrainingReport[];
}

/**
 * Trains a model in place, as GLiNER 0.2.29's trainer does: types drawn per batch, sum loss, AdamW with a rate for the
 * encoder and one for the rest and no decay on biases and norms, warm-up, clipping by the global norm.
 *
 * Order of the examples, types and dropout are functions of (seed, step): a run that stops and resumes takes the same steps,
 * bit for bit with one thread. What it measures on the way changes nothing of them.
 * @param records at least one; with `labels`, these are the types asked of it
 * @throws UserError on an empty list, a step that cannot be taken, a folder that cannot be written, or a resume with other
 *   settings or data
 */
export async function train(
  model: GLiNER,
  records: readonly NerRecord[],
  options: TrainOptions = {},
): Promise<TrainingResult> {
  if (records.length === 0) throw new UserError("there are no records to train on.");
  const config = trainingOf(settingsAmong(options), "train");
  const run = new TrainingRun(model, records, config, options);
  try {
    return await run.go();
  } finally {
    run.trainer.optimizer.dispose();
  }
}

function settingsAmong(options: TrainOptions): Partial<TrainingConfig> {
  return Object.fromEntries(Object.entries(options).filter(([key]) => Object.hasOwn(DEFAULT_TRAINING, key)));
}
