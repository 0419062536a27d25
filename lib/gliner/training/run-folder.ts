import { accessSync, constants, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Example } from "../../batch/collate";
import type { NerRecord } from "../../data/records";
import { UserError } from "../../errors";
import { writeAtomically } from "../../files/atomic";
import { replaceFolder, saveTrainerState, type TrainerState } from "../../train/checkpoint";
import type { FailedStep } from "../../train/failure";
import { MetricsFile } from "../../train/metrics-file";
import type { AdamW } from "../../train/optimizer";
import { EventFile } from "../../train/tensorboard/event-file";
import { saveModel } from "../checkpoint/save";
import type { GLiNER } from "../gliner";
import { histogramsOf, scalarsOf, type TrainingReport } from "./report";

const MODEL = "model.safetensors";

/**
 * The folder of a run. Its names are fixed:
 *
 *     manifest.json                what ran, on what, and what came of it
 *     README.md                    the model card made from it
 *     metrics.jsonl                one line a step
 *     tensorboard/                 the same for TensorBoard
 *     last/, best/, step-N/        model folders; last/ also holds what a resume needs
 *     failed/step-N.json           the batch of a step that failed
 */
export class RunFolder {
  private readonly metrics: MetricsFile;
  private readonly events: EventFile;

  /** @throws UserError where the folder cannot be made */
  constructor(readonly path: string) {
    try {
      // mkdir's own error on a read-only disk is that the folder does not exist.
      accessSync(existingAncestor(path), constants.W_OK);
      mkdirSync(path, { recursive: true });
    } catch (error) {
      throw new UserError(`cannot make the run folder ${path}: ${error instanceof Error ? error.message : error}.`);
    }
    this.metrics = new MetricsFile(join(path, "metrics.jsonl"));
    this.events = new EventFile(join(path, "tensorboard", "events.out.tfevents.run"));
  }

  get last(): string {
    return join(this.path, "last");
  }

  get best(): string {
    return join(this.path, "best");
  }

  get manifest(): string {
    return join(this.path, "manifest.json");
  }

  /** Drops what belongs to steps behind this one; with 0, everything of an earlier run. */
  goBackTo(step: number): void {
    if (step > 0) {
      this.metrics.keepUntil(step);
      this.events.keepUntil(step);
      return;
    }
    for (const name of readdirSync(this.path))
      if (/^(metrics\.jsonl|tensorboard|(best|failed|step-\d+)(\.previous|\.writing)?)$/.test(name))
        rmSync(join(this.path, name), { recursive: true });
  }

  report(report: TrainingReport): void {
    this.metrics.append(report);
    this.events.append(report.step, scalarsOf(report), histogramsOf(report));
  }

  saveLast(model: GLiNER, optimizer: AdamW, state: TrainerState): void {
    replaceFolder(this.last, (folder) => {
      saveModel(model.model, folder);
      saveTrainerState(folder, optimizer, state, [MODEL]);
    });
  }

  /** @param why the step, the value and what it was chosen by: `best.json` */
  saveBest(model: GLiNER, why: Record<string, unknown>): void {
    replaceFolder(this.best, (folder) => {
      saveModel(model.model, folder);
      writeAtomically(join(folder, "best.json"), `${JSON.stringify(why, null, 2)}\n`);
    });
  }

  saveStep(model: GLiNER, step: number): void {
    replaceFolder(join(this.path, `step-${step}`), (folder) => saveModel(model.model, folder));
  }

  removeStep(step: number): void {
    rmSync(join(this.path, `step-${step}`), { recursive: true, force: true });
  }

  /** The batch of a failed step, to be looked at and run again. @returns its file */
  saveFailure(failed: FailedStep, batches: readonly (readonly Example[] | readonly NerRecord[])[]): string {
    const folder = join(this.path, "failed");
    const { step, kind, reason, cause } = failed;
    const path = join(folder, `step-${step}.json`);
    const stack = cause instanceof Error ? cause.stack : undefined;
    try {
      mkdirSync(folder, { recursive: true });
    } catch (error) {
      throw new UserError(`cannot make ${folder}: ${error instanceof Error ? error.message : error}.`);
    }
    writeAtomically(path, `${JSON.stringify({ step, kind, reason, stack, batches }, null, 1)}\n`);
    return path;
  }

  /** Writes the model card, into the model folders too: they are what is given away. */
  writeCard(text: string): void {
    for (const folder of [this.path, this.last, this.best])
      if (existsSync(folder)) writeAtomically(join(folder, "README.md"), text);
  }
}

function existingAncestor(path: string): string {
  const whole = resolve(path);
  return existsSync(whole) || dirname(whole) === whole ? whole : existingAncestor(dirname(whole));
}
