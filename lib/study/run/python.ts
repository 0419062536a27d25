/**
 * Performs one run by a release of Python's GLiNER: its own sampler, loss, optimiser and scores, on the records and the seed that a run
 * of this project would have. Its answers are written in our form, before any decision, and scored as everybody's. Nothing is
 * resumed: a run that was ended begins anew.
 */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { UserError } from "../../errors";
import type { BenchmarkSet } from "../../evaluate/benchmark";
import { digestOfTexts, FLOOR, FORMAT, type PredictionHeader } from "../../evaluate/predictions/predictions";
import { writeAtomically } from "../../files/atomic";
import { sha256, sha256OfFile } from "../../files/hash";
import { loadTrainingData } from "../../gliner/training/recipe-data";
import { projectState } from "../../provenance/project";
import { encoderFolder } from "../../weights/encoders";
import { keysOf, type PythonJob, pythonLine } from "../engines/python/job";
import { lossesIn, type PythonRun, runPython } from "../engines/python/run";
import { typesAsked } from "../plan/ask";
import type { RunSpec } from "../plan/runs";
import { variablesOf } from "../plan/settings";
import { distinctQuestions, predictionsFolder } from "./questions";
import { isTrained, PYTHON_RAN, type Ran } from "./result";
import { openTests, predictionsIn } from "./tests";

/** A test as one question asks it. */
interface Asked {
  set: BenchmarkSet;
  labels: string[];
  /** Where the predictions go. */
  path: string;
}

/** @throws UserError where the environment, the data or the training fails, or the run was asked other questions before */
export async function performPython(
  spec: RunSpec,
  release: string,
  folder: string,
  { signal, onProgress }: { signal: AbortSignal; onProgress?(share: number, what: string): void },
): Promise<void> {
  if (isTrained(folder)) return refuseOtherQuestions(spec, folder);
  const work = join(folder, "python");
  mkdirSync(work, { recursive: true });
  const asked = await questionsOf(spec, folder);
  const job = await jobOf(spec, release, work, asked);
  const steps = spec.recipe.training.num_steps;
  const onBeat = () => {
    const done = lossesIn(work).length;
    onProgress?.((TRAINING_SHARE * done) / steps, `step ${done} of ${steps} by gliner ${release}`);
  };
  const child = { log: join(folder, "train.log"), environment: variablesOf(spec.settings), signal, onBeat };
  const run = await runPython(job, child);
  if (run.losses.length < steps)
    throw new UserError(
      `${folder}: gliner ${release} took ${run.losses.length} of ${steps} steps; see train.log there.`,
    );
  const identity = sha256([release, spec.id, await sha256OfFile(join(work, "metrics.jsonl"))]);
  const model = { name: `python:${release}`, sha256: identity, max_width: Number(job.config.max_width) };
  for (const [i, one] of asked.entries()) keepAnswers(one, model, join(work, `answers-${i}.jsonl`));
  writeAtomically(join(folder, PYTHON_RAN), `${JSON.stringify(ranBy(release, identity, run), null, 1)}\n`);
}

/** Training takes this share of a run, the questions the rest: for progress alone. */
const TRAINING_SHARE = 0.9;

/** Writes what Python reads, and says where it lies. */
async function jobOf(spec: RunSpec, release: string, work: string, asked: readonly Asked[]): Promise<PythonJob> {
  const { records } = await loadTrainingData(spec.recipe);
  const path = join(work, "records.jsonl");
  writeFileSync(path, records.map((record, i) => pythonLine(record, i, release)).join(""));
  const tests = asked.map(({ set, labels }, i) => {
    const texts = join(work, `texts-${i}.jsonl`);
    writeFileSync(texts, set.records.map(({ tokens }) => `${JSON.stringify(tokens)}\n`).join(""));
    return { texts, labels };
  });
  const encoder = await encoderFolder(spec.recipe.model.model_name ?? "");
  const none = { weights: null, draws: null };
  return { version: release, ...keysOf(spec.recipe, encoder), records: path, ...none, out: work, tests, floor: FLOOR };
}

/** Python's rows under our header. */
function keepAnswers({ set, labels, path }: Asked, model: PredictionHeader["model"], rows: string): void {
  const data = { name: set.name, texts: set.records.length, sha256: digestOfTexts(set.records) };
  const header: PredictionHeader = { format: FORMAT, model, data, labels, floor: FLOOR };
  writeAtomically(path, `${JSON.stringify(header)}\n${readFileSync(rows, "utf8")}`);
}

function ranBy(release: string, identity: string, { about, losses }: PythonRun): Ran {
  const { git } = projectState();
  const left = about.skipped ? `; ${about.skipped} batches left out` : "";
  return {
    manifest: `python:${release}, ${identity.slice(0, 16)}`,
    commit: git.commit,
    dirty: git.dirty,
    backend: `gliner ${release}, torch ${about.torch}, transformers ${about.transformers}, Python ${about.python}${left}`,
    processor: cpus()[0]?.model ?? "unknown",
    steps: losses.length,
    losses: Object.fromEntries([1, 2, 5, 10].flatMap((step) => lossAt(losses, step))),
    peak_rss_mb: null,
    seconds_per_step: null,
    adopted: false,
  };
}

function lossAt(losses: readonly (number | null)[], step: number): [number, number][] {
  const loss = losses[step - 1];
  return typeof loss === "number" ? [[step, loss]] : [];
}

async function questionsOf({ readings, tests }: RunSpec, folder: string): Promise<Asked[]> {
  const asked: Asked[] = [];
  for (const reading of distinctQuestions(readings))
    for (const set of await openTests(tests, reading.ask)) {
      const labels = typesAsked(reading.ask, set.name, set.types);
      const to = join(predictionsFolder(folder, reading), "python");
      mkdirSync(to, { recursive: true });
      asked.push({ set, labels, path: join(to, `${set.name}.jsonl`) });
    }
  return asked;
}

/** The trained model is not kept: what it was not asked then, it cannot be asked now. */
async function refuseOtherQuestions({ readings, tests }: RunSpec, folder: string): Promise<void> {
  for (const reading of distinctQuestions(readings))
    if (!predictionsIn(predictionsFolder(folder, reading), await openTests(tests, reading.ask), reading.ask))
      throw new UserError(
        `${folder} was asked other questions, and Python's model is not kept; move the folder away and run again.`,
      );
}
