/**
 * Performs one run: trains where it is not trained, asks the tests where they are not answered, scores. Each of the first two is
 * a child process of its own, the verb that a reader would type; whatever is there already is not done again. A run of Python's
 * (`engine: python:0.1.2`) is one process of the genuine package.
 */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { UserError } from "../../errors";
import { writeAtomically } from "../../files/atomic";
import { readTrainedTypes } from "../../provenance/trained-types";
import { runChild } from "../engines/child";
import { releaseOf } from "../engines/python/job";
import { askWords } from "../plan/ask";
import { type Reading, type RunSpec, readingKey } from "../plan/runs";
import { variablesOf } from "../plan/settings";
import { performPython } from "./python";
import { distinctQuestions, predictionsFolder } from "./questions";
import { isTrained, RESULT_FORMAT, type RunResult, ranIn, stepsDone } from "./result";
import { openTests, predictionsIn, readPredictionsAs } from "./tests";

/** The scripts of the verbs; the command line knows where they are. */
export interface Programs {
  train: string;
  evaluate: string;
}

export interface PerformOptions {
  programs: Programs;
  signal: AbortSignal;
  /** @param share of the run that is done, 0 to 1 */
  onProgress?(share: number, what: string): void;
}

/** Training takes this share of a run, the questions the rest: for progress alone. */
const TRAINING_SHARE = 0.9;

/** @throws UserError where a child fails, or the folder is of other settings */
export async function performRun(spec: RunSpec, folder: string, options: PerformOptions): Promise<RunResult> {
  mkdirSync(folder, { recursive: true });
  const release = releaseOf(spec.settings.engine);
  if (release !== undefined) await performPython(spec, release, folder, options);
  else {
    await trainRun(spec, folder, options);
    for (const reading of distinctQuestions(spec.readings)) await askRun(spec, reading, folder, options);
  }
  return readRun(spec, folder, existsSync(join(folder, ADOPTED)));
}

/** Left in the folder of a run that was taken over. */
export const ADOPTED = "adopted.json";

async function trainRun({ recipe, settings }: RunSpec, folder: string, options: PerformOptions): Promise<void> {
  const path = join(folder, "recipe.yaml");
  // JSON is YAML.
  const text = `${JSON.stringify(recipe, null, 2)}\n`;
  if (!existsSync(path)) writeAtomically(path, text);
  else if (readFileSync(path, "utf8") !== text)
    throw new UserError(`${path} is another recipe than that of this run; move the folder away and run again.`);
  if (isTrained(folder)) return;
  const { num_steps } = recipe.training;
  await runChild(options.programs.train, ["--config", path, "--out", folder, "--resume"], {
    log: join(folder, "train.log"),
    environment: variablesOf(settings),
    signal: options.signal,
    onBeat: () =>
      options.onProgress?.(
        (TRAINING_SHARE * stepsDone(folder)) / num_steps,
        `step ${stepsDone(folder)} of ${num_steps}`,
      ),
  });
  if (!isTrained(folder)) throw new UserError(`${folder}: training ended before its last step; see train.log there.`);
}

async function askRun(spec: RunSpec, reading: Reading, folder: string, options: PerformOptions): Promise<void> {
  const { tests, settings } = spec;
  const predictions = predictionsFolder(folder, reading);
  if (predictionsIn(predictions, await openTests(tests, reading.ask), reading.ask)) return;
  const model = join(folder, reading.checkpoint);
  if (!existsSync(model))
    throw new UserError(
      `${folder} has no ${reading.checkpoint}/ to ask${reading.checkpoint === "best" ? ": the recipe never evaluates; give it eval_every" : ""}.`,
    );
  const limit = tests.limit === null ? [] : ["--limit", String(tests.limit)];
  const words = [
    "--model",
    model,
    ...tests.sets.flatMap((set) => ["--data", set]),
    ...askWords(reading.ask, tests.drop),
    ...limit,
    "--predictions",
    predictions,
  ];
  options.onProgress?.(TRAINING_SHARE, "asking the tests");
  await runChild(
    options.programs.evaluate,
    [...words, "--json", join(folder, `evaluation-${basename(predictions)}.json`)],
    {
      log: join(folder, "evaluate.log"),
      environment: variablesOf(settings),
      signal: options.signal,
      onBeat: () => options.onProgress?.(TRAINING_SHARE, "asking the tests"),
    },
  );
}

/** The result of a run whose predictions are all there. @throws UserError where some are not */
export async function readRun(
  { id, settings, readings, tests }: RunSpec,
  folder: string,
  adopted: boolean,
): Promise<RunResult> {
  const results: RunResult["readings"] = {};
  for (const reading of readings) {
    const sets = await openTests(tests, reading.ask);
    const predictions = predictionsIn(predictionsFolder(folder, reading), sets, reading.ask);
    if (!predictions)
      throw new UserError(
        `${predictionsFolder(folder, reading)} lacks predictions of ${sets.map(({ name }) => name).join(", ")}.`,
      );
    results[readingKey(reading, tests)] = readPredictionsAs(reading, sets, predictions, readTrainedTypes(folder));
  }
  return { format: RESULT_FORMAT, id, settings, readings: results, ran: ranIn(folder, adopted) };
}
