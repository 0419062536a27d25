/** The files of a run on disk: where each one lies, how it is written, and the lock that keeps other runs out. */
import { existsSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Example } from "../../batch/collate";
import type { NerRecord } from "../../data/records";
import { usageError } from "../../errors";
import { writeAtomically } from "../../files/atomic";
import { ensureFolder } from "../../files/folders";
import { type Lock, lock, refuseLocked } from "../../files/lock";
import { replaceFolder, saveTrainerState, type TrainerState } from "../../train/checkpoint";
import type { FailedStep } from "../../train/failure";
import { MetricsFile } from "../../train/metrics-file";
import type { AdamW } from "../../train/optimizer";
import { EventFile } from "../../train/tensorboard/event-file";
import { saveModel } from "../checkpoint/save";
import type { GLiNER } from "../gliner";
import { histogramsOf, scalarsOf, type TrainingReport } from "./report";

/**
 * The folder of a run. Its names are fixed:
 *
 *     manifest.json                what ran, on what, and what came of it
 *     README.md                    the model card made from it
 *     types.json                   mentions of each type that was trained, the source of a Familiarity
 *     metrics.jsonl                one line a step
 *     tensorboard/                 the same for TensorBoard
 *     last/, best/, step-N/        model folders; last/ also holds what a resume needs
 *     failed/step-N.json           the batch of a step that failed
 *     run.lock                     while a process trains into the folder
 */
export class RunFolder {
  private readonly metrics: MetricsFile;
  private readonly events: EventFile;

  /** @throws UserError where the folder cannot be made */
  constructor(readonly path: string) {
    ensureFolder(path, "the run folder");
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
      saveTrainerState(folder, optimizer, state, readdirSync(folder));
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
    ensureFolder(folder, "the folder of failed steps");
    writeAtomically(path, `${JSON.stringify({ step, kind, reason, stack, batches }, null, 1)}\n`);
    return path;
  }

  /** Writes the model card, into the model folders too: they are what is given away. */
  writeCard(text: string): void {
    for (const folder of [this.path, this.last, this.best])
      if (existsSync(folder)) writeAtomically(join(folder, "README.md"), text);
  }
}

const LOCK = "run.lock";

/**
 * Makes the folder of a run and keeps other processes out of it.
 * @returns gives it back; a folder that was made for it and is still empty goes again
 * @throws UserError where another process trains into it, or it cannot be made
 */
export function lockRun(path: string): Lock {
  const made = ensureFolder(path, "the run folder");
  const own = lock(join(path, LOCK), `the run folder ${path}`);
  return {
    release() {
      own.release();
      if (made !== undefined) removeEmpty(path, made);
    },
  };
}

/** Removes a folder and those above it up to `top`, as long as they are empty. */
function removeEmpty(path: string, top: string): void {
  for (let at = resolve(path); existsSync(at) && readdirSync(at).length === 0; at = dirname(at)) {
    rmdirSync(at);
    if (at === resolve(top)) return;
  }
}

/** Refuses a folder that already holds a run where none is resumed. @throws UserError (usage) */
export function refuseRun(path: string, resume: boolean): void {
  if (!resume && existsSync(join(path, "last")))
    throw usageError(`--out: ${path} already holds a run; go on with it by --resume, or give another folder.`);
}

/** Refuses a folder into which another process trains. @throws UserError */
export function refuseBusy(path: string): void {
  refuseLocked(join(path, LOCK), `the run folder ${path}`);
}
