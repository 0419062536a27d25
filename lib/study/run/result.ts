/** What is kept of a run in a study, under the run's id: enough for every statistic, and for saying what ran. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../errors";
import { readJson } from "../../files/json";
import { isObject } from "../../files/json-object";
import { type Manifest, readManifest } from "../../provenance/manifest";
import type { RunSettings } from "../plan/settings";
import type { ReadingResult } from "./tests";

export interface RunResult {
  format: typeof RESULT_FORMAT;
  id: string;
  settings: RunSettings;
  readings: Record<string, ReadingResult>;
  ran: Ran;
}

/** What the run's manifest says of how it came about. */
export interface Ran {
  manifest: string;
  commit: string;
  dirty: boolean | "unknown";
  backend: string;
  processor: string;
  steps: number;
  /** At steps 1, 2, 5 and 10: two runs of the same settings agree here. */
  losses: Record<string, number>;
  peak_rss_mb: number | null;
  seconds_per_step: number | null;
  /** Taken from a folder that the study did not make. */
  adopted: boolean;
}

export const RESULT_FORMAT = 1;

/** In the folder of a run by Python, once it is whole. */
export const PYTHON_RAN = "python.json";

/** What happened in a run folder. @throws UserError where it has no manifest */
export function ranIn(folder: string, adopted: boolean): Ran {
  const python = join(folder, PYTHON_RAN);
  if (existsSync(python)) return readJson(python) as Ran;
  const manifest = readManifest(join(folder, "manifest.json"));
  const { project, environment, result, sessions } = manifest;
  const peaks = sessions.flatMap(({ peak_rss_mb }) => peak_rss_mb ?? []);
  return {
    manifest: manifest.id,
    commit: project.git.commit,
    dirty: project.git.dirty,
    backend: environment.backend.library,
    processor: environment.machine.processor,
    steps: result.steps,
    losses: result.losses,
    peak_rss_mb: peaks.length ? Math.max(...peaks) : null,
    seconds_per_step: secondsPerStep(folder),
    adopted,
  };
}

/** Whether training came to its end; a run by Python is trained and asked in one go. */
export function isTrained(folder: string): boolean {
  if (existsSync(join(folder, PYTHON_RAN))) return true;
  const path = join(folder, "manifest.json");
  return existsSync(path) && hasEnded(readManifest(path));
}

export function hasEnded({ sessions }: Manifest): boolean {
  const status = sessions.at(-1)?.status;
  return status === "finished" || status === "stopped early";
}

/** Steps that are on file. */
export function stepsDone(folder: string): number {
  const path = join(folder, "metrics.jsonl");
  return existsSync(path) ? readFileSync(path, "utf8").split("\n").length - 1 : 0;
}

function secondsPerStep(folder: string): number | null {
  const path = join(folder, "run.json");
  if (!existsSync(path)) return null;
  const run = readJson(path) as { seconds_per_step?: number | null };
  return run.seconds_per_step ?? null;
}

/** A result that is on file or came over a queue. @throws UserError where it is none, or not of this run */
export function checkResult(value: unknown, id: string, where: string): RunResult {
  const sound =
    isObject(value) &&
    value.format === RESULT_FORMAT &&
    isObject(value.settings) &&
    isObject(value.ran) &&
    isObject(value.readings) &&
    Object.values(value.readings).every(isReading);
  if (!sound)
    throw new UserError(`${where} is not the result of a run (format ${RESULT_FORMAT}); remove it and run again.`);
  if (value.id !== id)
    throw new UserError(`${where} is the result of the run ${value.id}, wanted ${id}; remove it and run again.`);
  return value as unknown as RunResult;
}

const isReading = (value: unknown): boolean =>
  isObject(value) &&
  [value.f1, value.sets, value.counts].every(isObject) &&
  typeof value.threshold === "number" &&
  typeof value.tests_sha256 === "string";
