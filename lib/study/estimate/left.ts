/** What is left to do of a run: nothing, its training and its questions, or only questions where the model is there. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Reading, RunSpec } from "../plan/runs";
import { distinctQuestions, predictionsFolder } from "../run/questions";
import { isTrained } from "../run/result";
import type { RunsOnFile } from "../run/store";
import { setName } from "../run/tests";

/** What a run that is not on file still wants; without either its answers are there and only scored. */
export interface Left {
  training: boolean;
  /** Questions that the tests are still to be asked. */
  questions: readonly Reading[];
}

/** Of a run that nothing is on file of. */
export function allOf({ readings }: Pick<RunSpec, "readings">): Left {
  return { training: true, questions: distinctQuestions(readings) };
}

/** Results on file, and the folders of the runs where there are some: those of a study's folder. */
export interface Found extends RunsOnFile {
  run?(id: string): string;
}

/** What `performRun` would find: a trained run is not trained again, an answered question not asked again; null = it is on file. */
export function leftOf(run: RunSpec, found: Found): Left | null {
  if (found.result(run) !== undefined) return null;
  const folder = found.run?.(run.id);
  if (folder === undefined || !isTrained(folder)) return allOf(run);
  const open = distinctQuestions(run.readings).filter(
    (reading) => !isAnswered(predictionsFolder(folder, reading), run),
  );
  return { training: false, questions: open };
}

/** Whether a file of predictions is there for every set; what is in them is looked at when the study runs. */
function isAnswered(folder: string, { tests }: RunSpec): boolean {
  if (!existsSync(folder)) return false;
  const files = tests.sets.map((set) => `${setName(set)}.jsonl`);
  return readdirSync(folder).some((model) => files.every((file) => existsSync(join(folder, model, file))));
}
