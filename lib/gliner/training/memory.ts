/** The counters and choices of a run that a checkpoint saves, so that a resumed run goes on as if never stopped. */
import type { Selection } from "../../train/selection";
import type { TrainingReport } from "./report";

/** What a run remembers from step to step besides weights and moments; saved with every checkpoint, plain JSON. */
export interface RunMemory {
  /** Steps whose gradient was clipped. */
  clipped: number;
  skipped: { step: number; reason: string }[];
  /** Steps in a row whose gradient was exactly 0. */
  still: number;
  /** By step: 1, 2, 5 and 10, as far as the run has come. */
  losses: Record<string, number>;
  selection: Selection;
  /** The last step's report where its evaluation was interrupted: a resume evaluates first. */
  pending?: TrainingReport;
  /** The patience was used up: there is nothing to go on with. */
  stoppedEarly?: boolean;
}

export function newMemory(): RunMemory {
  return { clipped: 0, skipped: [], still: 0, losses: {}, selection: { waited: 0 } };
}

/** Steps whose loss a manifest keeps. */
export const NOTED_STEPS = [1, 2, 5, 10];
