/** The project's form of annotated text: words with spans, read from and written to JSON lines. */
import { isDeepStrictEqual } from "node:util";
import { UserError } from "../errors";
import { isObject, type JsonObject, quote } from "../files/json-object";
import { jsonValues } from "../files/json-values";
import type { ReadOptions } from "../files/pieces";
import { foundKeys } from "./known-keys";

/** A mention: first word, last word (inclusive), type. */
export type NerSpan = [start: number, endInclusive: number, label: string];

/** One annotated sentence. */
export interface NerRecord {
  tokens: string[];
  ner: NerSpan[];
  /** Where present, only these types were asked of this sentence (Python: `ner_labels`). */
  labels?: string[];
  /** Types that are known to be absent (Python: `ner_negatives`). */
  negatives?: string[];
  /** The key they came under where it was another than `negatives`: each version of Python reads one of the names. */
  negativesKey?: "negative" | "ner_negatives";
  /** Types of gold mentions that begin or end inside a word: no span can be them, and they stay gold. */
  unaligned?: string[];
  /** The source that the sentence comes from. */
  src?: string;
}

/** A record, and how an error about it names its place: "FILE, line 7". */
export interface PlacedRecord {
  record: NerRecord;
  where: string;
}

/**
 * Reads records, one JSON object a line or a JSON list of them (packed where the name ends in .gz), one at a time.
 * Python's spellings are read too: `tokens` / `tokenized_text`, `labels` / `ner_labels` / `label`,
 * `negatives` / `ner_negatives` / `negative`.
 * @throws UserError naming file and line: not JSON or not UTF-8, words that are not strings, a mention outside its sentence
 */
export async function* streamRecords(path: string, options: ReadOptions = {}): AsyncGenerator<NerRecord> {
  for await (const { value, where } of jsonValues(path, options)) yield parseRecord(value, where);
}

/** All records of a file. @throws UserError like `streamRecords` */
export async function readRecords(path: string): Promise<NerRecord[]> {
  const records: NerRecord[] = [];
  for await (const record of streamRecords(path)) records.push(record);
  return records;
}

/** The gold types, sorted by code point as Python's `sorted` does. */
export function goldTypes(records: Iterable<NerRecord>): string[] {
  const types = new Set<string>();
  for (const { ner } of records) for (const [, , label] of ner) types.add(label);
  return [...types].sort(byCodePoint);
}

/** Each (start, end, type) once, in the order of their first appearance. */
export function uniqueSpans(ner: readonly NerSpan[]): NerSpan[] {
  return [...new Map(ner.map((span) => [span.join("\t"), span])).values()];
}

/** The types that are known to be absent: those that the record says, and those that were asked of it and not found. */
export function absentTypes({ ner, labels = [], negatives = [] }: NerRecord): string[] {
  const found = new Set(ner.map(([, , label]) => label));
  return [...new Set([...negatives, ...labels])].filter((type) => !found.has(type));
}

/** A record as one line of JSON, under the names of this project; negatives under the name they came with. */
export function recordLine({ negatives, negativesKey, src, ...record }: NerRecord): string {
  return JSON.stringify({ ...record, ...(negatives && { [negativesKey ?? "negatives"]: negatives }), src });
}

/** Python's order of strings; JavaScript's compares UTF-16 units. */
export function byCodePoint(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const difference = (left[i].codePointAt(0) ?? 0) - (right[i].codePointAt(0) ?? 0);
    if (difference) return difference;
  }
  return left.length - right.length;
}

/**
 * Checks what a line holds. Only `"ner": []` says that there is no mention: a record without the key, or with null, is one whose
 * mentions nobody has read.
 * @param where named in the error, such as "train.jsonl, line 3"
 */
export function parseRecord(value: unknown, where: string): NerRecord {
  if (!isObject(value)) throw new UserError(`${where}: wanted an object with "tokens" and "ner".`);
  const tokens = oneOf(value, ["tokens", "tokenized_text"], where).value;
  if (!isStrings(tokens)) throw new UserError(`${where}: "tokens" is not a list of words; ${foundKeys(value)}.`);
  const record: NerRecord = { tokens, ner: parseMentions(value, tokens.length, where) };
  const labels = oneOf(value, ["labels", "ner_labels", "label"], where).value;
  const negatives = oneOf(value, NEGATIVES, where);
  const { unaligned = null, src = null } = value;
  if (unaligned !== null) record.unaligned = typeList(unaligned, "unaligned", where);
  if (labels !== null) record.labels = typeList(labels, "labels", where);
  if (negatives.value !== null) record.negatives = typeList(negatives.value, "negatives", where);
  if (record.negatives && negatives.key !== "negatives") record.negativesKey = negatives.key;
  if (src !== null && typeof src !== "string")
    throw new UserError(`${where}: "src" is ${quote(src)}, wanted the name of a source.`);
  if (src !== null) record.src = src;
  return record;
}

const NEGATIVES = ["negatives", "ner_negatives", "negative"] as const;

/**
 * The value that stands under one of several names of the same thing, null where none is given.
 * @throws UserError where two of them say something different: neither may win in silence
 */
function oneOf<Key extends string>(
  value: JsonObject,
  keys: readonly Key[],
  where: string,
): { key: Key; value: unknown } {
  const [first = keys[0], ...others] = keys.filter((key) => (value[key] ?? null) !== null);
  const other = others.find((key) => !isDeepStrictEqual(value[key], value[first]));
  if (other)
    throw new UserError(`${where}: "${first}" and "${other}" differ, and both mean "${keys[0]}"; leave one out.`);
  return { key: first, value: value[first] ?? null };
}

function parseMentions(value: JsonObject, words: number, where: string): NerSpan[] {
  const { ner } = value;
  if (ner === undefined || ner === null)
    throw new UserError(
      `${where}: there is no "ner", wanted a list of [first word, last word, type], or [] where the text has no mention; ${foundKeys(value)}.`,
    );
  if (!Array.isArray(ner)) throw new UserError(`${where}: "ner" is not a list of [start, end, type].`);
  return ner.map((span, i) => parseSpan(span, words, `${where}, mention ${i + 1}`));
}

function parseSpan(span: unknown, words: number, where: string): NerSpan {
  if (!Array.isArray(span) || span.length !== 3)
    throw new UserError(`${where} is ${JSON.stringify(span)}, wanted [first word, last word, type].`);
  const [start, end, label] = span as unknown[];
  const odd = [start, end].find((place) => !Number.isInteger(place));
  if (odd !== undefined)
    throw new UserError(
      `${where} goes from word ${quote(start)} to word ${quote(end)}; wanted whole numbers${typeof odd === "string" && /^\d+$/.test(odd) ? `, so ${odd} without its quotes` : ""}.`,
    );
  const [first, last] = [Number(start), Number(end)];
  if (first < 0 || last < first)
    throw new UserError(`${where} goes from word ${first} to word ${last}; wanted 0 <= first <= last.`);
  if (last >= words)
    throw new UserError(
      `${where} ends at word ${last}, past the end of a text of ${words} words (the last is ${words - 1}).`,
    );
  if (typeof label !== "string" || label.trim() === "")
    throw new UserError(`${where} has the type ${quote(label)}, wanted a name.`);
  return [first, last, label];
}

function typeList(value: unknown, key: string, where: string): string[] {
  if (isStrings(value)) return value;
  throw new UserError(`${where}: "${key}" is not a list of types.`);
}

const isStrings = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string");

/**
 * Checks what is to be learnt from or measured on.
 * @param what named in the error, such as "to train on"
 * @throws UserError where a record has no list of mentions, or none has a mention: from such a set a model learns silence, and every
 *   score on it is 0
 */
export function checkRecords(records: readonly NerRecord[], what: string): void {
  // What else may be wrong with a record fails at the step that reads it, and may be skipped there; this alone would pass.
  for (const [i, record] of records.entries())
    if (!Array.isArray(record.ner)) parseRecord(record, `record ${i + 1} ${what}`);
  if (records.every(({ ner, unaligned = [] }) => ner.length + unaligned.length === 0))
    throw new UserError(
      `none of the ${records.length} records ${what} has a mention; wanted some with "ner": [[first word, last word, type], ...].`,
    );
}

/** Records as one long text: its words behind one another, the mentions moved along. */
export function joinRecords(records: readonly NerRecord[]): NerRecord {
  const joined: NerRecord = { tokens: [], ner: [] };
  for (const { tokens, ner } of records) {
    const offset = joined.tokens.length;
    joined.ner.push(...ner.map(([start, end, label]): NerSpan => [start + offset, end + offset, label]));
    joined.tokens.push(...tokens);
  }
  return joined;
}
