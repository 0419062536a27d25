/** Keeps manifest.json up to date while a run trains, and writes the model card at its end. */
import * as tf from "@tensorflow/tfjs";
import { modelCard } from "../../provenance/card";
import { ManifestFile, type RunFacts, type RunStatus } from "../../provenance/manifest";
import type { RunMemory } from "./memory";
import type { TrainingReport } from "./report";
import type { RunFolder } from "./run-folder";

/** What a run writes about itself: the manifest and the model card made from it. */
export class RunRecord {
  private evaluation: Record<string, unknown> | null;

  private constructor(
    private readonly folder: RunFolder,
    private readonly file: ManifestFile,
  ) {
    this.evaluation = file.manifest.result.last_evaluation;
  }

  /** Writes the manifest before the first step. */
  static open(folder: RunFolder, facts: RunFacts, firstStep: number, command: string[] | null): RunRecord {
    const tensors = tf.memory().numTensors;
    return new RunRecord(folder, ManifestFile.open(folder.manifest, facts, { command, firstStep, tensors }));
  }

  /** Brings the manifest up to a step. */
  note({ step, devLoss, heldOut, benchmark }: TrainingReport, memory: RunMemory): void {
    if (heldOut || benchmark || devLoss !== undefined) this.evaluation = { step, devLoss, heldOut, benchmark };
    this.file.update({ steps: step, ...resultOf(step, memory), last_evaluation: this.evaluation });
  }

  close(status: RunStatus, step: number, memory: RunMemory, failure?: unknown): void {
    this.file.update({ steps: step, ...resultOf(step, memory), last_evaluation: this.evaluation });
    this.file.close(status, step, tf.memory().numTensors, failure);
    this.folder.writeCard(modelCard(this.file.manifest));
  }
}

function resultOf(step: number, { losses, clipped, skipped, selection }: RunMemory) {
  const clipped_share = step > 0 ? clipped / step : null;
  return { losses, clipped_share, skipped, best: selection.best ?? null };
}
