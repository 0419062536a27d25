/** The results that the repository keeps, read: of suspects, of screenings, of runs made again. */
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../../errors";
import { readJson } from "../../files/json";
import { PROJECT_ROOT } from "../../files/places";
import { type AgainResult, isAgain } from "./again";
import { isScreening, type ScreeningResult } from "./factors";
import { checkStored, type SuspectResult } from "./result";

export const RESULTS_FOLDER = join(PROJECT_ROOT, "data", "results", "suspects");

/** @throws UserError where a file is no JSON, or no result of a suspect */
export const suspectResults = (folder = RESULTS_FOLDER): SuspectResult[] =>
  pathsIn(folder).map((path) => checkStored(readJson(path), path));

/** Those beside the suspects' results. @throws UserError where a file is no JSON, or no result of a screening */
export const screeningResults = (folder = RESULTS_FOLDER): ScreeningResult[] =>
  soundIn(screeningsBeside(folder), isScreening, "a screening; wanted screening.json");

/** data/results/screenings */
export const screeningsBeside = (folder = RESULTS_FOLDER): string => join(dirname(folder), "screenings");

/** Runs that were made again on another machine. @throws UserError where a file is no JSON, or no such result */
export const againResults = (folder = RESULTS_FOLDER): AgainResult[] =>
  soundIn(againBeside(folder), isAgain, "runs made again; wanted again.json");

/** data/results/again */
export const againBeside = (folder: string): string => join(dirname(folder), "again");

function soundIn<Result>(folder: string, isSound: (value: unknown) => value is Result, what: string): Result[] {
  return pathsIn(folder).map((path) => {
    const value = readJson(path);
    if (isSound(value)) return value;
    throw new UserError(`${path} is no result of ${what} of a study's folder.`);
  });
}

function pathsIn(folder: string): string[] {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : [];
  return names.sort().map((name) => join(folder, name));
}
