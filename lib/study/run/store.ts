/** Results of runs in a folder, one file a run, under the run's id: a run has one result, to which readings are added. */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
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

/** Keeps a result beside readings of it that are there already. @returns the file */
export function keepResult(folder: string, result: RunResult): string {
  mkdirSync(folder, { recursive: true });
  const path = resultPath(folder, result.id);
  const old = existsSync(path) ? checkResult(readJson(path), result.id, path).readings : {};
  writeAtomically(path, `${JSON.stringify({ ...result, readings: { ...old, ...result.readings } })}\n`);
  return path;
}

const resultPath = (folder: string, id: string) => join(folder, `${id}.json`);
