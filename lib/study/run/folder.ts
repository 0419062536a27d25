/**
 * The results folder of one plan:
 *
 *     study.json            which plan it is of
 *     runs/<id>/            one training run: recipe.yaml, manifest.json, metrics.jsonl, last/, predictions/
 *     results/<id>.json     what is kept of it for the statistics
 *     failed.json           runs that failed, and failed again
 *     result.json           the comparison, in the form of data/results/suspects
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { usageError } from "../../errors";
import { writeAtomically } from "../../files/atomic";
import { ensureFolder } from "../../files/folders";
import { readJson } from "../../files/json";
import { isObject } from "../../files/json-object";
import { type Lock, lock } from "../../files/lock";
import type { RunSpec } from "../plan/runs";
import { checkFailed, type FailedRun } from "./failed";
import type { RunResult } from "./result";
import { keepResult, resultIn } from "./store";

export class StudyFolder {
  private constructor(
    readonly path: string,
    private readonly lock: Lock,
    private readonly kept: string | null,
  ) {}

  /**
   * Opens a folder for one process at a time.
   * @param plan whose results it holds; null = a worker's, which holds runs of any
   * @param kept a folder of results that count as well, such as KEPT_RUNS; null = none
   * @throws UserError where it is of another plan, cannot be made, or another process works in it
   */
  static open(path: string, plan: { id: string; name: string } | null, kept: string | null = null): StudyFolder {
    for (const part of ["runs", "results"]) ensureFolder(join(path, part), "the results folder");
    const folder = new StudyFolder(path, lock(join(path, "lock"), `the results folder ${path}`), kept);
    try {
      if (plan) folder.checkPlan(plan);
    } catch (error) {
      folder.close();
      throw error;
    }
    return folder;
  }

  private checkPlan({ id, name }: { id: string; name: string }): void {
    const path = join(this.path, "study.json");
    if (!existsSync(path)) {
      writeAtomically(path, `${JSON.stringify({ format: 1, plan: id, name }, null, 2)}\n`);
      return;
    }
    const found = readJson(path);
    if (!isObject(found))
      throw usageError(
        `${path} is not what a study writes; remove it, or give another folder than --out ${this.path}.`,
      );
    if (found.plan !== id)
      throw usageError(
        `--out ${this.path} holds the results of another plan (${found.name}, ${found.plan}) than ${name} (${id}); give another folder.`,
      );
  }

  close(): void {
    this.lock.release();
  }

  run(id: string): string {
    return join(this.path, "runs", id);
  }

  /** What is on file of a run, here or among the kept ones, where it has all readings that are wanted; a run is counted once, by its id. */
  result(run: Pick<RunSpec, "id" | "readings" | "tests">): RunResult | undefined {
    return resultIn(this.results, run) ?? (this.kept === null ? undefined : resultIn(this.kept, run));
  }

  /** Keeps a result beside readings of it that are there already; one of an earlier training of the same settings makes way. */
  keep(result: RunResult): void {
    keepResult(this.results, result, "replaced");
  }

  /** Puts down that a run could not be made. */
  fail({ arms, seed, id }: Pick<RunSpec, "arms" | "seed" | "id">, why: string): void {
    const others = this.allFailed().filter((one) => one.id !== id);
    writeAtomically(this.failures, `${JSON.stringify([...others, { arm: arms[0], seed, id, why }], null, 2)}\n`);
  }

  /** Those of the runs that failed when they were last tried, and are not on file. */
  failed(runs: readonly RunSpec[]): FailedRun[] {
    const open = new Set(runs.filter((run) => this.result(run) === undefined).map(({ id }) => id));
    return this.allFailed().filter(({ id }) => open.has(id));
  }

  private allFailed(): FailedRun[] {
    return existsSync(this.failures) ? checkFailed(readJson(this.failures), this.failures) : [];
  }

  private get failures(): string {
    return join(this.path, "failed.json");
  }

  private get results(): string {
    return join(this.path, "results");
  }
}
