/** Results of runs in a folder, one file a run, under the run's id: a run has one result, to which readings are added. */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { UserError } from "../../errors";
import { writeAtomically } from "../../files/atomic";
import { readJson } from "../../files/json";
import { PROJECT_ROOT } from "../../files/places";
import { type RunSpec, readingKey } from "../plan/runs";
import { checkResult, type RunResult } from "./result";

/** The runs that the repository keeps: whoever studies the same settings counts them and does not run them again. */
export const KEPT_RUNS = join(PROJECT_ROOT, "data", "results", "laboratory");

/** Where results of runs are looked up: a study's folder, the kept runs, or both. */
export interface RunsOnFile {
  result(run: Pick<RunSpec, "id" | "readings" | "tests">): RunResult | undefined;
}

/** The runs that the repository keeps, and no other. */
export const keptRuns: RunsOnFile = { result: (run) => resultIn(KEPT_RUNS, run) };

/** No run at all. */
export const noRuns: RunsOnFile = { result: () => undefined };

/** What is on file of a run, where it has all readings that are wanted. @throws UserError where a file is of another run */
export function resultIn(
  folder: string,
  { id, readings, tests }: Pick<RunSpec, "id" | "readings" | "tests">,
): RunResult | undefined {
  const path = resultPath(folder, id);
  if (!existsSync(path)) return undefined;
  const result = checkResult(readJson(path), id, path);
  return readings.every((reading) => result.readings[readingKey(reading, tests)]) ? result : undefined;
}

/**
 * Keeps a result beside readings of it that are there already, where both are of one training. An id is of settings: a processor or a
 * version that rounds otherwise trains another model under it, and readings of two models, held against each other, are no pair.
 * @param other what becomes of an older result that is of another training
 * @returns the file @throws UserError where it is refused
 */
export function keepResult(folder: string, result: RunResult, other: "refused" | "replaced" = "refused"): string {
  mkdirSync(folder, { recursive: true });
  const path = resultPath(folder, result.id);
  const old = existsSync(path) ? checkResult(readJson(path), result.id, path) : undefined;
  const together = old !== undefined && isSameTraining(old, result);
  if (old && !together && other === "refused")
    throw new UserError(
      `${path} is of another training of the same settings (${old.ran.processor}, commit ${old.ran.commit.slice(0, 7)}; here ${result.ran.processor}, ${result.ran.commit.slice(0, 7)}), which rounds otherwise: readings of two models cannot be kept as one run's. Leave --record out, or remove that file first if it is to go.`,
    );
  const readings = { ...(together ? old.readings : {}), ...result.readings };
  writeAtomically(path, `${JSON.stringify({ ...result, readings })}\n`);
  return path;
}

/** Other rounding shows in the losses of the first ten steps (data/results/rounding.json), another model in what it answers. */
function isSameTraining(a: RunResult, b: RunResult): boolean {
  const both = Object.keys(a.readings).filter((key) => b.readings[key] !== undefined);
  return (
    isDeepStrictEqual(a.ran.losses, b.ran.losses) &&
    both.every((key) => isDeepStrictEqual(a.readings[key].counts, b.readings[key].counts))
  );
}

const resultPath = (folder: string, id: string) => join(folder, `${id}.json`);
