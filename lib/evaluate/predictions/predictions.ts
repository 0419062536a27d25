/** The file format of saved predictions: reads it, writes it, and checks that it belongs to the texts at hand. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import type { NerRecord } from "../../data/records";
import { UserError } from "../../errors";
import { isObject } from "../../files/json-object";
import type { SpanCandidate } from "../../model/decode";

/**
 * What a model says of texts, before any decision: every span and type whose probability exceeds a floor. Thresholds, decoding
 * and ways of scoring are all decided later, from this file, without the model.
 *
 * JSON lines. The first line is the header; each other line is a text, in the order of the data:
 *
 *     {"format":"gliner-predictions/1","model":{...},"data":{...},"labels":[...],"floor":0.05}
 *     {"index":0,"candidates":[[first word, last word inclusive, "type", probability],...]}
 *
 * `words_lost` is added to the line of a text that was too long for the model.
 */
export interface PredictionHeader {
  format: typeof FORMAT;
  model: ModelIdentity;
  /** `sha256` is of the words alone, see `digestOfTexts`: the same words may be scored against another gold. */
  data: { name: string; texts: number; sha256: string };
  /** The types asked, in the order of the prompt. */
  labels: string[];
  /** Most types in one prompt, where they were asked in several: their scores depend on it. */
  labels_at_once?: number;
  /** Where the model was asked otherwise than as it is. */
  asked?: Asked;
  /** Candidates have a greater probability. */
  floor: number;
}

/** How a model was asked otherwise than as it is; only what is so. The labels are the types' own names in any case. */
export interface Asked {
  /** By which rule the prompt spelt the types, see `respelled`. */
  wording?: string;
  /** In which form its weights were rounded to be stored, see `ROUNDINGS`. */
  rounding?: string;
  /** What its forward pass computed in, where not in float32. */
  precision?: string;
  /** Words of a text that were read, in place of its own max_len. */
  max_len?: number;
  /** Subwords of prompt and text together, in place of its encoder's limit. */
  max_subwords?: number;
}

/** Which model it was; a folder may be renamed, its bytes tell. */
export interface ModelIdentity {
  name: string;
  /** Of the files that decide what it says, see `identityOf`. */
  sha256: string;
  /** K: no wider span can be predicted; absent where nothing limits the width (token-level models). */
  max_width?: number;
}

/** One text. */
export interface TextPrediction {
  candidates: SpanCandidate[];
  /** Words at the end of the text that the model did not see. */
  wordsLost: number;
}

/** A whole file. */
export interface Predictions {
  header: PredictionHeader;
  texts: TextPrediction[];
}

export const FORMAT = "gliner-predictions/1";

/** Spans below this probability are not kept: what is left holds every threshold that anybody uses. */
export const FLOOR = 0.05;

/**
 * Reads a complete file.
 * @throws UserError naming file and line: not such a file, a line that is no text, texts that are missing
 */
export function readPredictions(path: string): Predictions {
  const { header, texts } = parsePredictions(textOf(path), path);
  if (texts.length !== header.data.texts)
    throw new UserError(
      `${path} holds ${texts.length} texts where its header says ${header.data.texts}: it is not complete; remove it and predict again.`,
    );
  return { header, texts };
}

/** @throws UserError naming file and line */
export function parsePredictions(text: string, path: string): Predictions {
  const [first, ...lines] = text.split("\n").filter((line) => line !== "");
  const header = parseHeader(first, path);
  return { header, texts: lines.map((line, i) => parseText(line, i, header, `${path}, line ${i + 2}`)) };
}

function textOf(path: string): string {
  if (!existsSync(path))
    throw new UserError(`${path} does not exist; wanted a file of predictions (evaluate --predictions).`);
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UserError(`${path} cannot be read: ${error instanceof Error ? error.message : error}.`);
  }
}

/** @throws UserError where the line is not the header of a file of predictions */
export function parseHeader(line: string | undefined, path: string): PredictionHeader {
  const value = parseJson(line ?? "", `${path}, line 1`);
  const { format, model, data, labels, labels_at_once: most, asked, floor } = value;
  if (format !== FORMAT)
    throw new UserError(
      `${path}: the format is ${JSON.stringify(format)}, wanted "${FORMAT}" (evaluate --predictions writes it).`,
    );
  const sound =
    isObject(model) &&
    typeof model.name === "string" &&
    typeof model.sha256 === "string" &&
    (model.max_width === undefined || Number.isSafeInteger(model.max_width)) &&
    isObject(data) &&
    typeof data.name === "string" &&
    typeof data.sha256 === "string" &&
    Number.isSafeInteger(data.texts) &&
    Array.isArray(labels) &&
    labels.every((label) => typeof label === "string") &&
    (most === undefined || Number.isSafeInteger(most)) &&
    (asked === undefined || isObject(asked)) &&
    typeof floor === "number";
  if (!sound) throw new UserError(`${path}, line 1: wanted a header with model, data, labels and floor.`);
  return value as unknown as PredictionHeader;
}

function parseText(line: string, index: number, header: PredictionHeader, where: string): TextPrediction {
  const value = parseJson(line, where);
  if (value.index !== index) throw new UserError(`${where}: the index is ${value.index}, wanted ${index}.`);
  if (!Array.isArray(value.candidates)) throw new UserError(`${where}: "candidates" is not a list.`);
  const known = new Set(header.labels);
  const candidates = value.candidates.map((candidate: unknown) => parseCandidate(candidate, known, where));
  return { candidates, wordsLost: typeof value.words_lost === "number" ? value.words_lost : 0 };
}

function parseCandidate(value: unknown, labels: ReadonlySet<string>, where: string): SpanCandidate {
  const [start, end, label, score] = Array.isArray(value) ? (value as unknown[]) : [];
  const sound =
    Number.isSafeInteger(start) &&
    Number.isSafeInteger(end) &&
    0 <= Number(start) &&
    Number(start) <= Number(end) &&
    typeof label === "string" &&
    labels.has(label) &&
    typeof score === "number" &&
    score >= 0 &&
    score <= 1;
  if (!sound)
    throw new UserError(
      `${where}: the candidate ${JSON.stringify(value)} is not [first word, last word, one of the labels, probability].`,
    );
  return { start: Number(start), end: Number(end), label: String(label), score: Math.fround(Number(score)) };
}

/** A line of the file; nine digits are enough for a float32 to come back as it was. */
export function formatText(index: number, { candidates, wordsLost }: TextPrediction): string {
  const rows = candidates.map(({ start, end, label, score }) => [start, end, label, Number(score.toPrecision(9))]);
  return `${JSON.stringify({ index, candidates: rows, ...(wordsLost ? { words_lost: wordsLost } : {}) })}\n`;
}

/** The sha256 of the words of texts: one JSON list a line. */
export function digestOfTexts(records: readonly Pick<NerRecord, "tokens">[]): string {
  const hash = createHash("sha256");
  for (const { tokens } of records) hash.update(`${JSON.stringify(tokens)}\n`);
  return hash.digest("hex");
}

/**
 * Refuses predictions that are not of these texts: scored against other sentences they would give a number that looks like
 * a bad model.
 * @param where the file's path, named in the error
 * @throws UserError saying what differs
 */
export function checkTexts({ header, texts }: Predictions, records: readonly NerRecord[], where: string): void {
  const { name, sha256 } = header.data;
  if (texts.length !== records.length)
    throw new UserError(
      `${where} holds predictions of ${texts.length} texts (${name}), the data has ${records.length}.`,
    );
  if (sha256 !== digestOfTexts(records))
    throw new UserError(
      `${where} holds predictions of other texts (${name}, sha256 ${sha256.slice(0, 12)}) than the data's.`,
    );
  texts.forEach(({ candidates }, i) => {
    const past = candidates.find(({ end }) => end >= records[i].tokens.length);
    if (past)
      throw new UserError(
        `${where}, text ${i}: a candidate ends at word ${past.end}, the text has ${records[i].tokens.length}.`,
      );
  });
}

function parseJson(text: string, where: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch (error) {
    throw new UserError(`${where}: not JSON (${error instanceof Error ? error.message : error}).`);
  }
  throw new UserError(`${where}: wanted a JSON object.`);
}
