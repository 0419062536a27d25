/** What a training run is asked for and what it answers. */
import type { NerRecord } from "../../data/records";
import type { Wordings } from "../../data/wordings";
import type { TrainingConfig } from "../recipe/training-config";
import type { TrackedTest } from "./evaluation";
import type { HeldOut } from "./held-out";
import type { TrainingReport } from "./report";
import type { DataFiles } from "./run-data";

/** The settings of a run, and what it is given besides the records. */
export interface TrainOptions extends Partial<TrainingConfig> {
  /** Run folder: manifest, metrics, `last/`, `best/`; none = nothing is written. */
  out?: string;
  /** Goes on from `last/` where there is one. */
  resume?: boolean;
  /** False refuses a folder that holds a run, where `resume` is not set; default true: that run's files are replaced. */
  overwrite?: boolean;
  /** Records for the development loss. */
  dev?: readonly NerRecord[];
  /** Types that the records do not have and what to measure them on, made by `holdOutTypes`. */
  heldOut?: HeldOut;
  /** Other names and descriptions of types, for `synonym_share`, `description_share` and `neg_source: "unrelated"`. */
  wordings?: Wordings;
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

/** What came of `train()`. */
export interface TrainingResult {
  /** Steps taken in all. */
  steps: number;
  end: RunEnd;
  /** The step that the best checkpoint is of and its value; null where nothing was there to choose by. */
  best: { step: number; value: number } | null;
  /** The reports of this process's steps. */
  history: TrainingReport[];
}
