/** The work of `evaluate` on one model: its answers, asked anew or read from files, and their scores. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { useBackend } from "../backend";
import { UserError } from "../errors";
import type { BenchmarkSet } from "../evaluate/benchmark";
import {
  macroScores,
  scoresPerSeen,
  scoresPerWidth,
  type Unrepresentable,
  unrepresentable,
} from "../evaluate/errors/breakdown";
import { type PredictionTask, predict, refuseWritten, storedPredictions } from "../evaluate/predictions/predict";
import {
  type Asked,
  checkTexts,
  FLOOR,
  type ModelIdentity,
  type Predictions,
  readPredictions,
} from "../evaluate/predictions/predictions";
import { type Asking, askedOf } from "../evaluate/prompts/asking";
import { matchModes } from "../evaluate/scoring/match-modes";
import type { Counts } from "../evaluate/scoring/metrics";
import { type Scored, type ScoringRules, scorePredictions } from "../evaluate/scoring/scoring";
import { bootstrapF1 } from "../evaluate/statistics/bootstrap";
import { type Evaluation, evaluationOf } from "../evaluate/zero-shot";
import { modelIdentity } from "../gliner/checkpoint/identity";
import { askedReader, loadAsked } from "../gliner/reading/asked";
import type { ShardQueue } from "../gliner/shards/order";
import { setsOverQueue } from "../gliner/shards/sets";
import { Progress } from "../progress";

/** What `evaluate` says of one model. */
export interface ModelEvaluation {
  model: string;
  backend: string;
  /** How it was asked otherwise than as it is; only where it was. */
  asked?: Asking | Asked;
  datasets: DatasetRow[];
  average: { f1: number; ci95: [low: number, high: number] };
}

export type DatasetRow = { name: string } & Pick<
  Evaluation,
  "precision" | "recall" | "f1" | "ci95" | "support" | "types"
> & {
    /** Of the trained types for this set's; only where it is known what the model was trained on. */
    familiarity?: { value: number; seen: number };
    /** Only where there are some. */
    words_not_read?: number;
    details?: object;
  };

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
  /** How the model is asked otherwise than as it is; order and words show in `labels` and in the sets. */
  asking: Asking;
  /** Refuses a text of which words were not read. */
  failOnTruncation?: boolean;
  /** Where predictions are kept: `FOLDER/<model>/<set>.jsonl`. */
  folder?: string;
  /** Whose workers are asked; wants a folder. */
  queue?: ShardQueue;
}

/** Answers that no model gave in this run. */
const STORED = "none, from saved predictions";

/** A model folder and its identity: several are all looked at before the first is asked. */
export async function identified(folder: string): Promise<{ folder: string; identity: ModelIdentity }> {
  return { folder, identity: await modelIdentity(folder) };
}

/**
 * The answers of a model folder: those on file where they are of this model, these texts and these labels; else the model is
 * loaded and asked.
 */
export async function predictSets(
  { folder: model, identity }: Awaited<ReturnType<typeof identified>>,
  sets: readonly BenchmarkSet[],
  settings: PredictSettings,
): Promise<ModelPredictions> {
  const { floor, batchSize, asking, folder } = settings;
  const { labels_at_once: labelsAtOnce } = asking;
  const tasks = sets.map(({ name, records }, i): PredictionTask => {
    return { model: identity, name, records, labels: settings.labels[i], labelsAtOnce, asked: askedOf(asking), floor };
  });
  const pathOf = ({ name }: PredictionTask) => folder && join(folder, identity.name, `${name}.jsonl`);
  const stored = tasks.map((task) => storedAt(pathOf(task), task));
  if (stored.every((one) => one !== undefined)) {
    checkTruncation(sets, stored, settings);
    return { model, backend: STORED, predictions: stored };
  }
  for (const [i, path] of tasks.map(pathOf).entries()) if (path && !stored[i]) refuseWritten(path);
  if (settings.queue) {
    const open = tasks.flatMap((task, i) => (stored[i] ? [] : [{ task, path: pathOf(task) ?? "" }]));
    const order = { model: { name: model, sha256: identity.sha256 }, asking, batchSize, folder: folder ?? "" };
    const answers = await setsOverQueue(open, order, settings.queue);
    const predictions = stored.map((one) => one ?? (answers.shift() as Predictions));
    checkTruncation(sets, predictions, settings);
    return { model, backend: "workers of a queue", predictions };
  }
  const info = await useBackend();
  const loaded = await loadAsked(model, asking);
  const predictions: Predictions[] = [];
  try {
    for (const [i, task] of tasks.entries()) {
      const progress = new Progress(task.records.length);
      const onProgress = (done: number) => progress.show(done, `${identity.name}: ${task.name}`);
      const reader = askedReader(loaded, asking, task.labels);
      predictions.push(stored[i] ?? (await predict(reader, task, { path: pathOf(task), batchSize, onProgress })));
    }
  } finally {
    loaded.dispose();
  }
  checkTruncation(sets, predictions, settings);
  return { model, backend: info.library, predictions };
}

/** Words that were not read cost recall without a sign in it. @throws UserError where that is to fail */
function checkTruncation(
  sets: readonly BenchmarkSet[],
  predictions: readonly Predictions[],
  { failOnTruncation }: Pick<PredictSettings, "failOnTruncation">,
): void {
  sets.forEach(({ name }, i) => {
    const lost = predictions[i].texts.flatMap(({ wordsLost }) => (wordsLost > 0 ? [wordsLost] : []));
    if (lost.length === 0) return;
    const sentence = `${name}: ${wordsNotRead(predictions[i])} words of ${lost.length} texts were not read: the texts are too long, or their prompt is`;
    if (failOnTruncation) throw new UserError(`${sentence}, and --fail-on-truncation is given.`);
    process.stderr.write(`${sentence}.\n`);
  });
}

const wordsNotRead = ({ texts }: Predictions) => texts.reduce((sum, { wordsLost }) => sum + wordsLost, 0);

const storedAt = (path: string | undefined, task: PredictionTask) =>
  path === undefined ? undefined : storedPredictions(path, task);

/**
 * The answers that lie in a folder of predictions, a folder a model; no model is needed. Answers of types that do not count
 * are left out.
 * @throws UserError where a set is missing, is not of these texts, or was not asked a type that counts
 */
export function savedPredictions(
  folder: string,
  sets: readonly BenchmarkSet[],
  settings: Pick<PredictSettings, "failOnTruncation"> = {},
): ModelPredictions[] {
  const models = existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    : [];
  if (models.length === 0)
    throw new UserError(`--predictions: ${folder} holds no model's predictions; give --model to make some.`);
  return models.map(({ name: model }) => {
    const predictions = sets.map((set) => savedSet(join(folder, model, `${set.name}.jsonl`), set));
    checkTruncation(sets, predictions, settings);
    return { model, backend: STORED, predictions };
  });
}

function savedSet(path: string, { records, types }: BenchmarkSet): Predictions {
  const { header, texts } = readPredictions(path);
  checkTexts({ header, texts }, records, path);
  const missing = types.filter((type) => !header.labels.some((label) => isAsked(type, label)));
  if (missing.length)
    throw new UserError(`${path} was not asked for ${missing.join(", ")}; give --labels or --drop to leave it out.`);
  const counted = new Set(header.labels.filter((label) => types.some((type) => isAsked(type, label))));
  const kept = texts.map((text) => ({
    ...text,
    candidates: text.candidates.filter(({ label }) => counted.has(label)),
  }));
  return { header, texts: kept };
}

/** A label stands for a type as it is, or in lower case as some presets ask it. */
const isAsked = (type: string, label: string) => label === type || label === type.toLowerCase();

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
  const datasets = sets.map(({ name, types: counted }, i): DatasetRow => {
    const { drop, threshold } = rulesFor(name);
    const asked = predictions[i].header.labels.filter(
      (label) => !drop.includes(label) && counted.some((type) => isAsked(type, label)),
    );
    const result = evaluationOf([{ threshold, ...scored[i] }], asked, options.seed);
    const { precision, recall, f1, ci95, support, types, perType } = result;
    const words_not_read = wordsNotRead(predictions[i]);
    const row = { name, precision, recall, f1, ci95, support, types, ...(words_not_read ? { words_not_read } : {}) };
    if (!options.details) return row;
    const details = detailsOf(scored[i], options.trainedOn);
    return { ...row, details: { ...details, per_type: perType, unrepresentable: lost[i] } };
  });
  const counts = scored.map((one) => one.counts);
  const { value, low, high } = bootstrapF1(counts, { seed: options.seed });
  return { evaluation: { model, backend, datasets, average: { f1: value, ci95: [low, high] } }, counts, lost };
}

/** Where a set's score comes from. */
function detailsOf({ gold, predicted, unaligned }: Scored, trainedOn?: ReadonlySet<string>): object {
  return {
    macro: macroScores(gold, predicted, unaligned),
    per_width: scoresPerWidth(gold, predicted),
    ...(trainedOn ? { per_seen: scoresPerSeen(gold, predicted, trainedOn) } : {}),
    modes: matchModes(gold, predicted, unaligned),
  };
}

/** The floor of predictions that must serve this threshold. */
export const floorFor = (threshold: number) => Math.min(FLOOR, threshold);
