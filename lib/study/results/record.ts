/** Puts results among those that the repository keeps, and makes the table of all of them anew. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError, usageError } from "../../errors";
import { writeAtomically } from "../../files/atomic";
import { ensureFolder } from "../../files/folders";
import { readJson } from "../../files/json";
import type { Plan } from "../plan/plan";
import { readSuspect, suspectIds } from "../suspects/suspect";
import type { AgainResult } from "./again";
import type { ScreeningResult } from "./factors";
import { checkStored, type SuspectResult, settingWords } from "./result";
import {
  againBeside,
  againResults,
  RESULTS_FOLDER,
  screeningResults,
  screeningsBeside,
  suspectResults,
} from "./stored";
import { suspectsTable } from "./table";

/** Stores a result and makes the table anew. @returns the files */
export function recordResult(result: SuspectResult, folder = RESULTS_FOLDER): string[] {
  return [storeIn(folder, result.suspect, result), writeTable(folder)];
}

/** Before anything runs. @throws UserError (usage) where a plan bears a suspect's name, whose result it would replace */
export function refuseRecord({ name, suspect }: Pick<Plan, "name" | "suspect">): void {
  if (suspect === null && suspectIds().includes(name))
    throw usageError(
      `--record: the plan is called ${name}, as a suspect is, whose result it would replace; rename it.`,
    );
}

/**
 * What is measured is not replaced by less.
 * @throws UserError where nothing was compared, or the stored result is of more seeds or of another setting
 */
export function checkRecord(result: SuspectResult, folder = RESULTS_FOLDER): void {
  const seedsOf = ({ arms }: SuspectResult) =>
    Math.max(0, ...arms.map(({ difference, runs }) => (difference === null ? 0 : runs.length)));
  if (seedsOf(result) === 0)
    throw new UserError(
      `--record: no arm of ${result.suspect} has a run beside one of the control; nothing is recorded.`,
    );
  const path = join(folder, `${result.suspect}.json`);
  if (!existsSync(path)) return;
  const stored = checkStored(readJson(path), path);
  const old = settingWords(stored);
  const [had, has] = [stored, result].map(({ setting }) => setting.sentences);
  if (seedsOf(stored) > seedsOf(result) || settingWords(result) !== old || had > has)
    throw new UserError(
      `--record: ${path} is of ${seedsOf(stored)} seeds, ${old}, ${had} sentences; this result, of ${seedsOf(result)} seeds, ${settingWords(result)}, ${has} sentences, would replace it. Remove that file first if it is to go.`,
    );
}

/** Stores a screening's result beside those of the suspects and makes the table anew. @returns the files */
export function recordScreening(result: ScreeningResult, folder = RESULTS_FOLDER): string[] {
  return [storeIn(screeningsBeside(folder), result.screening, result), writeTable(folder)];
}

/** Stores what came of making kept runs again, by the machine that made them, and makes the table anew. @returns the files */
export function recordAgain(result: AgainResult, folder = RESULTS_FOLDER): string[] {
  const machine = result.runs[0].here.processor
    .toLowerCase()
    .replace(/\((r|tm)\)/g, "")
    .match(/[a-z0-9]+/g) ?? ["unknown"];
  return [storeIn(againBeside(folder), `${result.again}-${machine.join("-")}`, result), writeTable(folder)];
}

function storeIn(folder: string, name: string, result: object): string {
  ensureFolder(folder, "the results folder");
  const path = join(folder, `${name}.json`);
  writeAtomically(path, `${JSON.stringify(result, null, 1)}\n`);
  return path;
}

function writeTable(folder: string): string {
  const table = `${folder}.md`;
  const suspects = suspectIds().map((id) => readSuspect(id));
  writeAtomically(
    table,
    suspectsTable({
      results: suspectResults(folder),
      screenings: screeningResults(folder),
      again: againResults(folder),
      suspects,
    }),
  );
  return table;
}
