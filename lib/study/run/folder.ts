/**
 * The results folder of one plan:
 *
 *     study.json            which plan it is of
 *     runs/<id>/            one training run: recipe.yaml, manifest.json, metrics.jsonl, last/, predictions/
 *     results/<id>.json     what is kept of it for the statistics
 *     result.json           the comparison, in the form of data/results/suspects
 */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { UserError, usageError } from "../../errors";
import { writeAtomically } from "../../files/atomic";
import { readJson } from "../../files/json";
import { isObject } from "../../files/json-object";
import { type Lock, lock } from "../../files/lock";
import type { RunSpec } from "../plan/runs";
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
    try {
      for (const part of ["runs", "results"]) mkdirSync(join(path, part), { recursive: true });
    } catch (error) {
      throw new UserError(`--out ${path} cannot be made: ${error instanceof Error ? error.message : error}.`);
    }
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

  private get results(): string {
    return join(this.path, "results");
  }
}
