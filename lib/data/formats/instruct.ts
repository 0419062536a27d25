/** InstructUIE's JSON -> records: character positions become spans of words. */
import { UserError } from "../../errors";
import { isObject } from "../../files/json-object";
import { jsonValues } from "../../files/json-values";
import type { ReadOptions } from "../../files/pieces";
import { splitBy, type WordSplitter } from "../../text/reading";
import type { Word } from "../../text/words";
import { foundKeys } from "../known-keys";
import type { NerRecord, NerSpan, PlacedRecord } from "../records";
import type { Tally } from "./tally";

/**
 * InstructUIE's JSON, in which GLiNER's repository ships its evaluation sets: `{sentence, entities: [{name, type, pos:
 * [start, end]}]}`, with positions in Python's characters (code points), the end exclusive.
 *
 * GLiNER's `process` (modules/run_evaluation.py) cuts words at white space, not with the expression of training, and keeps a
 * mention whose edges are no word's as gold that nothing can match. Here such a mention is counted (`unaligned`), since no
 * span of words stands for it.
 */
export interface InstructOptions extends ReadOptions {
  /** Which words: cut at white space as the evaluation does it (default), or as training does it. */
  words?: WordSplitter;
}

export interface InstructItem {
  sentence: string;
  entities: InstructEntity[];
}

export interface InstructEntity {
  name?: string;
  type: string;
  /** Code points, end exclusive. */
  pos?: [start: number, end: number];
}

export async function* readInstruct(
  path: string,
  { words = "whitespace", ...options }: InstructOptions,
  tally: Tally,
): AsyncGenerator<PlacedRecord> {
  for await (const { value, where } of jsonValues(path, options))
    yield { record: instructRecord(parseInstruct(value, where), words, tally, where), where };
}

/** @throws UserError where the value is not of this form */
export function parseInstruct(value: unknown, where: string): InstructItem {
  if (!isObject(value) || typeof value.sentence !== "string" || !Array.isArray(value.entities))
    throw new UserError(
      `${where}: wanted an object with a text "sentence" and a list "entities"${isObject(value) ? `; ${foundKeys(value)}` : ""}.`,
    );
  const entities = value.entities.map((entity: unknown, i): InstructEntity => {
    if (!isObject(entity) || typeof entity.type !== "string" || entity.type === "")
      throw new UserError(`${where}, entity ${i + 1} is ${JSON.stringify(entity)}, wanted an object with a "type".`);
    const { name, type, pos } = entity;
    return { type, ...(typeof name === "string" && { name }), ...(isPosition(pos) && { pos }) };
  });
  return { sentence: value.sentence, entities };
}

export function instructRecord(
  { sentence, entities }: InstructItem,
  splitter: WordSplitter,
  tally: Tally,
  where: string,
): NerRecord {
  const words = splitBy(splitter, sentence);
  if (words.map(({ text }) => text).join(" ") !== sentence && splitter === "whitespace") tally.repair("spacing", where);
  const units = unitOffsets(sentence);
  const ner: NerSpan[] = [];
  for (const { name, type, pos } of entities) {
    tally.asked++;
    if (pos === undefined) {
      tally.repair("no_position", where);
      continue;
    }
    const [start, end] = pos.map((point) => units[point] ?? -1);
    if (name !== undefined && sentence.slice(start, end) !== name) tally.repair("name_differs", where);
    const span = spanAt(words, start, end);
    if (span) ner.push([...span, type]);
    else tally.repair("unaligned", where);
  }
  tally.found += ner.length;
  return { tokens: words.map(({ text }) => text), ner };
}

/** The words that begin and end exactly there (UTF-16, end exclusive). */
export function spanAt(words: readonly Word[], start: number, end: number): [number, number] | undefined {
  const first = words.findIndex((word) => word.start === start);
  const last = words.findIndex((word) => word.end === end);
  return first >= 0 && last >= first ? [first, last] : undefined;
}

/** Code point -> UTF-16 unit, for every place of the text and its end. */
export function unitOffsets(text: string): number[] {
  const offsets: number[] = [];
  let unit = 0;
  for (const character of text) {
    offsets.push(unit);
    unit += character.length;
  }
  return [...offsets, unit];
}
const isPosition = (value: unknown): value is [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every((part) => Number.isSafeInteger(part) && part >= 0);
