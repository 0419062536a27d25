import { UserError } from "../errors";
import { isObject } from "../files/json-object";
import { jsonValues } from "../files/json-values";
import type { ReadOptions } from "../files/pieces";

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
export function typesOf(records: Iterable<NerRecord>): string[] {
  const types = new Set<string>();
  for (const { ner } of records) for (const [, , label] of ner) types.add(label);
  return [...types].sort(byCodePoint);
}

/** Each (start, end, type) once, in the order of their first appearance. */
export function uniqueSpans(ner: readonly NerSpan[]): NerSpan[] {
  return [...new Map(ner.map((span) => [span.join("\t"), span])).values()];
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

/** Checks what a line holds. @param where named in the error, such as "train.jsonl, line 3" */
export function parseRecord(value: unknown, where: string): NerRecord {
  if (!isObject(value)) throw new UserError(`${where}: wanted an object with "tokens" and "ner".`);
  const tokens = value.tokens ?? value.tokenized_text;
  if (!isStrings(tokens)) throw new UserError(`${where}: "tokens" is not a list of words.`);
  const ner = value.ner ?? [];
  if (!Array.isArray(ner)) throw new UserError(`${where}: "ner" is not a list of [start, end, type].`);
  const record: NerRecord = {
    tokens,
    ner: ner.map((span, i) => parseSpan(span, tokens.length, `${where}, mention ${i + 1}`)),
  };
  const labels = value.labels ?? value.ner_labels ?? value.label;
  const negativesKey = (["negatives", "ner_negatives", "negative"] as const).find((key) => value[key] !== undefined);
  const negatives = negativesKey && value[negativesKey];
  if (labels !== undefined && !isStrings(labels)) throw new UserError(`${where}: "labels" is not a list of types.`);
  if (negatives !== undefined && !isStrings(negatives))
    throw new UserError(`${where}: "negatives" is not a list of types.`);
  const { unaligned } = value;
  if (unaligned !== undefined && !isStrings(unaligned))
    throw new UserError(`${where}: "unaligned" is not a list of types.`);
  if (unaligned) record.unaligned = unaligned;
  if (labels) record.labels = labels;
  if (negatives) record.negatives = negatives;
  if (negatives && negativesKey !== "negatives") record.negativesKey = negativesKey;
  if (typeof value.src === "string") record.src = value.src;
  return record;
}

function parseSpan(span: unknown, words: number, where: string): NerSpan {
  if (!Array.isArray(span) || span.length < 3)
    throw new UserError(`${where} is ${JSON.stringify(span)}, wanted [first word, last word, type].`);
  const [start, end, label] = span as unknown[];
  if (
    !Number.isInteger(start) ||
    !Number.isInteger(end) ||
    (start as number) < 0 ||
    (end as number) < (start as number)
  )
    throw new UserError(`${where} goes from word ${start} to word ${end}; wanted 0 <= first <= last.`);
  if ((end as number) >= words)
    throw new UserError(
      `${where} ends at word ${end}, past the end of a text of ${words} words (the last is ${words - 1}).`,
    );
  if (typeof label !== "string" || label === "")
    throw new UserError(`${where} has the type ${JSON.stringify(label)}, wanted a name.`);
  return [start as number, end as number, label];
}
const isStrings = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string");

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
