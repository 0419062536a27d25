import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
} from "node:fs";
import { dirname } from "node:path";
import type { NerRecord } from "../../data/records";
import { UserError } from "../../errors";
import { writeAtomically } from "../../files/atomic";
import type { SpanCandidate } from "../../model/decode";
import {
  checkTexts,
  digestOfTexts,
  FLOOR,
  FORMAT,
  formatText,
  type ModelIdentity,
  type PredictionHeader,
  type Predictions,
  parsePredictions,
  readPredictions,
  type TextPrediction,
} from "./predictions";

/** What can be evaluated: anything that lists the spans of texts above a floor. */
export interface Predictor {
  candidates(
    tokens: readonly (readonly string[])[],
    labels: readonly string[],
    options: {
      floor: number;
      batchSize?: number;
      onProgress?(done: number, total: number): void;
      onWordsLost?(text: number, words: number): void;
    },
  ): Promise<SpanCandidate[][]>;
}

/** What is asked of which model, and where the answers are kept. */
export interface PredictionTask {
  model: ModelIdentity;
  /** The name of the data. */
  name: string;
  records: readonly NerRecord[];
  /** The types asked, in the order of the prompt. */
  labels: readonly string[];
  floor?: number;
}

export function headerOf({ model, name, records, labels, floor = FLOOR }: PredictionTask): PredictionHeader {
  const data = { name, texts: records.length, sha256: digestOfTexts(records) };
  return { format: FORMAT, model, data, labels: [...new Set(labels)], floor };
}

/**
 * The predictions of a task that are on file already; none where there is no file, or only the beginning of one.
 * @throws UserError where the file is of another task: what differs
 */
export function storedPredictions(path: string, task: PredictionTask): Predictions | undefined {
  if (!existsSync(path)) return undefined;
  const stored = readPredictions(path);
  checkHeader(stored.header, headerOf(task), path);
  checkTexts(stored, task.records, path);
  return stored;
}

/**
 * Asks a model, batch by batch. With a path every batch is written as it comes, to `path.partial`; a run that was ended goes
 * on behind the last whole batch there and gives the same file as one that was not.
 * @throws UserError where the beginning on file is of another task, or the disk is full
 */
export async function predict(
  model: Predictor,
  task: PredictionTask,
  options: { path?: string; batchSize?: number; onProgress?(done: number, total: number): void } = {},
): Promise<Predictions> {
  const { path, batchSize = 8, onProgress } = options;
  const header = headerOf(task);
  const log = path === undefined ? undefined : new PredictionLog(path, header, batchSize);
  const texts: TextPrediction[] = log?.texts ?? [];
  for (let at = texts.length; at < task.records.length; at += batchSize) {
    const batch = await predictBatch(model, task.records.slice(at, at + batchSize), header);
    log?.append(at, batch);
    texts.push(...batch);
    onProgress?.(texts.length, task.records.length);
  }
  log?.finish();
  return { header, texts };
}

async function predictBatch(
  model: Predictor,
  records: readonly NerRecord[],
  { labels, floor }: PredictionHeader,
): Promise<TextPrediction[]> {
  const lost = new Map<number, number>();
  const tokens = records.map((record) => record.tokens);
  const options = {
    floor,
    batchSize: records.length,
    onWordsLost: (text: number, words: number) => void lost.set(text, words),
  };
  const found = await model.candidates(tokens, labels, options);
  return found.map((candidates, i) => ({ candidates, wordsLost: lost.get(i) ?? 0 }));
}

/** A file of predictions while it is being written. */
class PredictionLog {
  /** What an earlier run has left, whole batches only: a batch that is repeated in part would be padded otherwise. */
  readonly texts: TextPrediction[];
  private readonly partial: string;

  constructor(
    private readonly path: string,
    header: PredictionHeader,
    batchSize: number,
  ) {
    this.partial = `${path}.partial`;
    mkdirSync(dirname(path), { recursive: true });
    const earlier = this.earlier(header);
    this.texts = earlier.slice(
      0,
      earlier.length - (earlier.length === header.data.texts ? 0 : earlier.length % batchSize),
    );
    const lines = this.texts.map((text, i) => formatText(i, text));
    writeAtomically(this.partial, `${JSON.stringify(header)}\n${lines.join("")}`);
  }

  /** A run that was killed may have left half a line at the end. */
  private earlier(header: PredictionHeader): TextPrediction[] {
    if (!existsSync(this.partial)) return [];
    const text = readFileSync(this.partial, "utf8");
    const { header: found, texts } = parsePredictions(text.slice(0, text.lastIndexOf("\n") + 1), this.partial);
    checkHeader(found, header, this.partial);
    // A lower floor would serve, but two floors cannot stand in one file.
    return found.floor === header.floor ? texts : [];
  }

  append(at: number, batch: readonly TextPrediction[]): void {
    try {
      appendFileSync(this.partial, batch.map((text, i) => formatText(at + i, text)).join(""));
    } catch (error) {
      throw new UserError(`cannot write ${this.partial}: ${error instanceof Error ? error.message : error}.`);
    }
  }

  finish(): void {
    const descriptor = openSync(this.partial, "r+");
    fsyncSync(descriptor);
    closeSync(descriptor);
    renameSync(this.partial, this.path);
  }
}

/** Predictions of another model, of other texts, or to another question must not be taken for these. */
function checkHeader(found: PredictionHeader, wanted: PredictionHeader, path: string): void {
  const remedy = "name another folder for --predictions, or remove it";
  if (found.model.sha256 !== wanted.model.sha256)
    throw new UserError(
      `${path} is of another model (${found.model.name}, sha256 ${found.model.sha256.slice(0, 12)}) than ${wanted.model.name} (${wanted.model.sha256.slice(0, 12)}); ${remedy}.`,
    );
  if (found.data.texts !== wanted.data.texts)
    throw new UserError(
      `${path} is of ${found.data.texts} texts, wanted ${wanted.data.texts} of ${wanted.data.name}; ${remedy}.`,
    );
  if (found.data.sha256 !== wanted.data.sha256)
    throw new UserError(
      `${path} is of other texts (sha256 ${found.data.sha256.slice(0, 12)}) than ${wanted.data.name} (${wanted.data.sha256.slice(0, 12)}); ${remedy}.`,
    );
  if (found.labels.join("\n") !== wanted.labels.join("\n"))
    throw new UserError(
      `${path} was asked "${found.labels.join(", ")}", wanted "${wanted.labels.join(", ")}"; ${remedy}.`,
    );
  if (found.floor > wanted.floor)
    throw new UserError(`${path} keeps candidates above ${found.floor}, wanted ${wanted.floor}; ${remedy}.`);
}
