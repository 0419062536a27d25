/** Asks a model, and keeps what it says in a file that a run which was ended goes on with. */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync } from "node:fs";
import { dirname } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { NerRecord } from "../../data/records";
import { UserError } from "../../errors";
import { writeAtomically } from "../../files/atomic";
import { ensureFolder } from "../../files/folders";
import { type Lock, lock, refuseLocked } from "../../files/lock";
import { followLinks } from "../../files/target";
import { writeAll } from "../../files/write-all";
import type { SpanCandidate } from "../../model/decode";
import { checkNumber } from "../../options";
import {
  type Asked,
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
      signal?: AbortSignal;
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
  /** Most types in one prompt: the model given to `predict` asks so; default all in one. */
  labelsAtOnce?: number;
  /** How the model given to `predict` is asked otherwise than as it is. */
  asked?: Asked;
  floor?: number;
}

export function headerOf(task: PredictionTask): PredictionHeader {
  const { model, name, records, labels, labelsAtOnce, asked = {}, floor = FLOOR } = task;
  const data = { name, texts: records.length, sha256: digestOfTexts(records) };
  const header: PredictionHeader = { format: FORMAT, model, data, labels: [...new Set(labels)], floor };
  // What fits into one prompt was asked in one.
  if (labelsAtOnce !== undefined && labelsAtOnce < header.labels.length) header.labels_at_once = labelsAtOnce;
  if (Object.keys(asked).length > 0) header.asked = asked;
  return header;
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
 * @throws UserError where the beginning on file is of another task, another process writes it, or the disk is full
 */
export async function predict(
  model: Predictor,
  task: PredictionTask,
  options: {
    path?: string;
    batchSize?: number;
    onProgress?(done: number, total: number): void;
    /** Ends the work between two batches; with a path, what is there already is kept. */
    signal?: AbortSignal;
  } = {},
): Promise<Predictions> {
  const { path, batchSize = 8, onProgress, signal } = options;
  checkNumber("batchSize", batchSize);
  const header = headerOf(task);
  const log = path === undefined ? undefined : new PredictionLog(path, header, batchSize);
  try {
    return await askOn(model, task, { header, log, batchSize, onProgress, signal });
  } finally {
    log?.close();
  }
}

interface Asking {
  header: PredictionHeader;
  log: PredictionLog | undefined;
  batchSize: number;
  onProgress?(done: number, total: number): void;
  signal?: AbortSignal;
}

async function askOn(
  model: Predictor,
  task: PredictionTask,
  { header, log, batchSize, onProgress, signal }: Asking,
): Promise<Predictions> {
  const texts: TextPrediction[] = log?.texts ?? [];
  for (let at = texts.length; at < task.records.length; at += batchSize) {
    const batch = await predictBatch(model, task.records.slice(at, at + batchSize), header, signal);
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
  signal?: AbortSignal,
): Promise<TextPrediction[]> {
  const lost = new Map<number, number>();
  const tokens = records.map((record) => record.tokens);
  const options = {
    floor,
    batchSize: records.length,
    signal,
    onWordsLost: (text: number, words: number) => void lost.set(text, words),
  };
  const found = await model.candidates(tokens, labels, options);
  return found.map((candidates, i) => ({ candidates, wordsLost: lost.get(i) ?? 0 }));
}

/** Refuses a file that another process is writing, before a model is loaded for it. @throws UserError */
export function refuseWritten(path: string): void {
  const { lockFile, what } = namesOf(followLinks(path));
  refuseLocked(lockFile, what);
}

const namesOf = (path: string) => ({
  partial: `${path}.partial`,
  lockFile: `${path}.lock`,
  what: `the file of predictions ${path}`,
});

/** A file of predictions while it is being written. */
class PredictionLog {
  /** What an earlier run has left, whole batches only: a batch that is repeated in part would be padded otherwise. */
  readonly texts: TextPrediction[];
  private readonly path: string;
  private readonly partial: string;
  private readonly lock: Lock;
  private descriptor: number | undefined;

  /** @throws UserError where another process writes the same file, or it cannot be written */
  constructor(path: string, header: PredictionHeader, batchSize: number) {
    this.path = followLinks(path);
    const { partial, lockFile, what } = namesOf(this.path);
    this.partial = partial;
    ensureFolder(dirname(this.path), "the folder of predictions");
    this.lock = lock(lockFile, what);
    try {
      this.texts = this.begin(header, batchSize);
      this.descriptor = openSync(partial, "a");
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Brings the file to its last whole batch. */
  private begin(header: PredictionHeader, batchSize: number): TextPrediction[] {
    const earlier = this.earlier(header);
    const odd = earlier.length === header.data.texts ? 0 : earlier.length % batchSize;
    const texts = earlier.slice(0, earlier.length - odd);
    const lines = texts.map((text, i) => formatText(i, text));
    writeAtomically(this.partial, `${JSON.stringify(header)}\n${lines.join("")}`);
    return texts;
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
    this.attempt((descriptor) => {
      writeAll(descriptor, Buffer.from(batch.map((text, i) => formatText(at + i, text)).join("")));
    });
  }

  finish(): void {
    this.attempt((descriptor) => {
      fsyncSync(descriptor);
      renameSync(this.partial, this.path);
    });
  }

  /** Lets others write the file; what was not finished stays for the next run. */
  close(): void {
    if (this.descriptor !== undefined) closeSync(this.descriptor);
    this.descriptor = undefined;
    this.lock.release();
  }

  private attempt(work: (descriptor: number) => void): void {
    if (this.descriptor === undefined) throw new Error("it is already closed");
    try {
      work(this.descriptor);
    } catch (error) {
      throw new UserError(`cannot write ${this.partial}: ${error instanceof Error ? error.message : error}.`);
    }
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
  const inOne = ({ labels_at_once: most }: PredictionHeader) => (most ? `${most} at once` : "all at once");
  if (found.labels_at_once !== wanted.labels_at_once)
    throw new UserError(`${path} was asked its types ${inOne(found)}, wanted ${inOne(wanted)}; ${remedy}.`);
  if (!isDeepStrictEqual(found.asked, wanted.asked))
    throw new UserError(`${path} was asked ${howAsked(found.asked)}, wanted ${howAsked(wanted.asked)}; ${remedy}.`);
  if (found.floor > wanted.floor)
    throw new UserError(`${path} keeps candidates above ${found.floor}, wanted ${wanted.floor}; ${remedy}.`);
}

/** "with wording underscores, max_len 24", or "as the model is". */
export function howAsked(asked: object = {}): string {
  const parts = Object.entries(asked).map(([key, value]) => `${key} ${value}`);
  return parts.length ? `with ${parts.join(", ")}` : "as the model is";
}
