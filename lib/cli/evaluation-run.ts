import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { useBackend } from "../backend";
import { UserError } from "../errors";
import type { BenchmarkSet } from "../evaluate/benchmark";
import { bootstrapF1 } from "../evaluate/bootstrap";
import {
  macroScores,
  scoresPerSeen,
  scoresPerWidth,
  type Unrepresentable,
  unrepresentable,
} from "../evaluate/breakdown";
import { matchModes } from "../evaluate/match-modes";
import type { Counts } from "../evaluate/metrics";
import { type PredictionTask, predict, storedPredictions } from "../evaluate/predict";
import { checkTexts, FLOOR, type Predictions, readPredictions } from "../evaluate/predictions";
import { type ScoringRules, scorePredictions } from "../evaluate/scoring";
import { type Evaluation, evaluationOf } from "../evaluate/zero-shot";
import { GLiNER } from "../gliner/gliner";
import { identityOf } from "../gliner/identity";
import { Progress } from "../train/progress";

/** What `evaluate` says of one model. */
export interface ModelEvaluation {
  model: string;
  backend: string;
  datasets: DatasetRow[];
  average: { f1: number; ci95: [low: number, high: number] };
}

export type DatasetRow = { name: string } & Pick<
  Evaluation,
  "precision" | "recall" | "f1" | "ci95" | "support" | "types"
> & { details?: object };

/** One model's answers to all sets. */
export interface ModelPredictions {
  /** As it was named on the command line, or in the file. */
  model: string;
  backend: string;
  predictions: Predictions[];
}

export interface PredictSettings {
  /** The types to ask of each set, in the order of the sets. */
  labels: readonly (readonly string[])[];
  floor: number;
  batchSize: number;
  /** Where predictions are kept: `FOLDER/<model>/<set>.jsonl`. */
  folder?: string;
}

/** Answers that no model gave in this run. */
const STORED = "none, from saved predictions";

/**
 * The answers of a model folder: those on file where they are of this model, these texts and these labels; else the model is
 * loaded and asked.
 */
export async function predictSets(
  model: string,
  sets: readonly BenchmarkSet[],
  settings: PredictSettings,
): Promise<ModelPredictions> {
  const { floor, batchSize, folder } = settings;
  const identity = await identityOf(model);
  const tasks = sets.map(({ name, records }, i): PredictionTask => {
    return { model: identity, name, records, labels: settings.labels[i], floor };
  });
  const pathOf = ({ name }: PredictionTask) => folder && join(folder, identity.name, `${name}.jsonl`);
  const stored = tasks.map((task) => storedAt(pathOf(task), task));
  if (stored.every((one) => one !== undefined)) return { model, backend: STORED, predictions: stored };
  const info = await useBackend();
  const loaded = await GLiNER.fromPretrained(model);
  const predictions: Predictions[] = [];
  try {
    for (const [i, task] of tasks.entries()) {
      const progress = new Progress(task.records.length);
      const onProgress = (done: number) => progress.show(done, `${identity.name}: ${task.name}`);
      predictions.push(stored[i] ?? (await predict(loaded, task, { path: pathOf(task), batchSize, onProgress })));
    }
    if (loaded.wordsLost) process.stderr.write(`${loaded.wordsLost} words were not read: their texts are too long.\n`);
  } finally {
    loaded.dispose();
  }
  return { model, backend: info.library, predictions };
}

const storedAt = (path: string | undefined, task: PredictionTask) =>
  path === undefined ? undefined : storedPredictions(path, task);

/**
 * The answers that lie in a folder of predictions, a folder a model; no model is needed.
 * @throws UserError where a set is missing, or is not of these texts
 */
export function savedPredictions(folder: string, sets: readonly BenchmarkSet[]): ModelPredictions[] {
  const models = existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    : [];
  if (models.length === 0)
    throw new UserError(`--predictions: ${folder} holds no model's predictions; give --model to make some.`);
  return models.map(({ name: model }) => ({
    model,
    backend: STORED,
    predictions: sets.map(({ name, records }) => {
      const path = join(folder, model, `${name}.jsonl`);
      const predictions = readPredictions(path);
      checkTexts(predictions, records, path);
      return predictions;
    }),
  }));
}

/** Scores a model's answers. @param trainedOn types that training has seen, where it is known */
export function evaluateModel(
  { model, backend, predictions }: ModelPredictions,
  sets: readonly BenchmarkSet[],
  rulesFor: (set: string) => ScoringRules,
  options: { seed: number; details: boolean; trainedOn?: ReadonlySet<string> },
): { evaluation: ModelEvaluation; counts: Counts[][]; lost: Unrepresentable[] } {
  const scored = sets.map(({ name, records }, i) => scorePredictions(records, predictions[i], rulesFor(name)));
  const lost = sets.map(({ records }, i) => {
    const gold = records.map((record, n) => ({ ...record, ner: scored[i].gold[n] }));
    return unrepresentable(gold, predictions[i].texts, predictions[i].header.model.max_width);
  });
  const datasets = sets.map(({ name }, i): DatasetRow => {
    const { drop, threshold } = rulesFor(name);
    const asked = predictions[i].header.labels.filter((label) => !drop.includes(label));
    const result = evaluationOf([{ threshold, ...scored[i] }], asked, options.seed);
    const { precision, recall, f1, ci95, support, types, perType } = result;
    const row = { name, precision, recall, f1, ci95, support, types };
    if (!options.details) return row;
    const { gold, predicted } = scored[i];
    const details = {
      macro: macroScores(gold, predicted),
      per_type: perType,
      per_width: scoresPerWidth(gold, predicted),
      ...(options.trainedOn ? { per_seen: scoresPerSeen(gold, predicted, options.trainedOn) } : {}),
      modes: matchModes(gold, predicted),
      unrepresentable: lost[i],
    };
    return { ...row, details };
  });
  const counts = scored.map((one) => one.counts);
  const { value, low, high } = bootstrapF1(counts, { seed: options.seed });
  return { evaluation: { model, backend, datasets, average: { f1: value, ci95: [low, high] } }, counts, lost };
}

/** The floor of predictions that must serve this threshold. */
export const floorFor = (threshold: number) => Math.min(FLOOR, threshold);
