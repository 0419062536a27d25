/** Saves and resumes a run: decides when which checkpoint is written, and finds the one to go on from. */
import { join } from "node:path";
import type { Example } from "../../batch/collate";
import type { NerRecord } from "../../data/records";
import { UserError } from "../../errors";
import type { RunFacts, RunStatus } from "../../provenance/manifest";
import { findCheckpoint, readTrainerState, restoreOptimizer, type TrainerState } from "../../train/checkpoint";
import type { FailedStep } from "../../train/failure";
import type { RunIdentity } from "../../train/identity";
import type { AdamW } from "../../train/optimizer";
import { takeUpWeights } from "../checkpoint/load";
import type { GLiNER } from "../gliner";
import type { TrainingConfig } from "../recipe/training-config";
import { NOTED_STEPS, newMemory, type RunMemory } from "./memory";
import { RunRecord } from "./record";
import type { TrainingReport } from "./report";
import { RunFolder } from "./run-folder";

/** What a run remembers and where it writes it: to a folder, or nowhere. */
export class RunStore {
  memory: RunMemory = newMemory();
  private folder: RunFolder | undefined;
  private record: RunRecord | undefined;
  /** The step that `last/` is of. */
  private saved = -1;

  constructor(
    private readonly model: GLiNER,
    private readonly optimizer: AdamW,
    private readonly config: TrainingConfig,
    private readonly identity: RunIdentity,
  ) {}

  /**
   * Finds the checkpoint to go on from and checks it; changes nothing yet.
   * @throws UserError where it is damaged or of a run with other settings or data
   */
  find(out: string): { state: TrainerState; takeUp(): Promise<void> } | undefined {
    const checkpoint = findCheckpoint(join(out, "last"));
    if (!checkpoint) return undefined;
    const state = readTrainerState(checkpoint, this.identity);
    this.memory = state.memory as RunMemory;
    const takeUp = async () => {
      await takeUpWeights(this.model.model, checkpoint);
      restoreOptimizer(checkpoint, this.optimizer);
      this.saved = this.memory.pending ? -1 : state.step;
    };
    return { state, takeUp };
  }

  /** Brings the folder's files back to the step and writes the manifest, before the first step. */
  open(out: string, facts: RunFacts, first: number, command: string[] | null): void {
    this.folder = new RunFolder(out);
    this.folder.goBackTo(first);
    this.record = RunRecord.open(this.folder, facts, first, command);
  }

  /** Writes a step down and, where it is time, a checkpoint. */
  note(report: TrainingReport): void {
    const { step, loss, heldOut, devLoss, benchmark } = report;
    const noted = NOTED_STEPS.includes(step);
    if (noted) this.memory.losses[step] = loss;
    this.folder?.report(report);
    if (noted || heldOut || benchmark || devLoss !== undefined) this.record?.note(report, this.memory);
    if (step % this.config.save_every === 0) this.save(step);
    this.saveByStep(step);
  }

  /** `step-N/`: the latest ones, and those that are kept for good. */
  private saveByStep(step: number): void {
    const { save_every: every, save_total_limit: limit, keep_every: keep, num_steps: steps } = this.config;
    const isKept = (one: number) => keep > 0 && one % keep === 0;
    const isLatest = limit > 0 && (step % every === 0 || step === steps);
    if (isKept(step) || isLatest) this.folder?.saveStep(this.model, step);
    const old = step - limit * every;
    if (isLatest && !isKept(old)) this.folder?.removeStep(old);
  }

  saveBest(why: Record<string, unknown>): void {
    this.folder?.saveBest(this.model, why);
  }

  /** Makes `last/` the state after this step. */
  save(step: number): void {
    if (step === this.saved) return;
    const { memory, identity } = this;
    this.folder?.saveLast(this.model, this.optimizer, { step, identity, memory });
    // A step whose evaluation is still to come is not the same state as after it.
    this.saved = memory.pending ? -1 : step;
  }

  /** @returns the file, where there is a folder */
  saveFailure(failed: FailedStep, batches: (readonly Example[] | readonly NerRecord[])[]): string | undefined {
    return this.folder?.saveFailure(failed, batches);
  }

  close(status: RunStatus, step: number, failure?: unknown): void {
    this.record?.close(status, step, this.memory, failure);
  }

  /**
   * The end of a run that failed: the checkpoint of the last good step, where its state is sound, and the manifest.
   * @returns the error to throw: what could not be written besides is said too
   */
  fail(error: unknown, goodStep: number | undefined): unknown {
    try {
      if (goodStep !== undefined) this.save(goodStep);
      this.close("failed", goodStep ?? Math.max(0, this.saved), error);
      return error;
    } catch (second) {
      if (!(error instanceof UserError) || !(second instanceof UserError)) return error;
      // The same file that cannot be written is said once.
      if (second.message === error.message) return error;
      return new UserError(`${error.message} Besides, ${second.message}`, error.exitCode);
    }
  }
}
