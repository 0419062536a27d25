/** The texts of the benchmark: made here from the project's own, or read from the Python benchmark's file. */
import { readFileSync } from "node:fs";
import { goldTypes, joinRecords, type NerRecord, readRecords } from "../data/records";
import { UserError } from "../errors";
import { writeAtomically } from "../files/atomic";
import { randomStream } from "../random";

/** A text to measure on: its words, its mentions, and the types it is asked for. */
export interface BenchText {
  tokens: string[];
  ner: NerRecord["ner"];
  types: string[];
}

/** The shape of the work, as the Python benchmark of GLiNER has it. */
export const SHAPE = { texts: 64, words: [30, 60] as const, types: 15 };

/**
 * Texts of 30 to 60 words with 15 types each, put together from the sentences of the repository; the same ones every time.
 * @param path records to take the sentences from
 */
export async function ownTexts(path: string): Promise<BenchText[]> {
  const records = (await readRecords(path)).filter(({ tokens }) => tokens.length > 0);
  const types = goldTypes(records).slice(0, SHAPE.types);
  const random = randomStream(0, "bench texts");
  const [low, high] = SHAPE.words;
  let next = 0;
  return Array.from({ length: SHAPE.texts }, () => {
    const length = random.integer(low, high);
    const parts: NerRecord[] = [];
    for (let words = 0; words < length; words += parts[parts.length - 1].tokens.length)
      parts.push(records[next++ % records.length]);
    const { tokens, ner } = joinRecords(parts);
    const within = ner.filter(([, end, type]) => end < length && types.includes(type));
    return { tokens: tokens.slice(0, length), ner: within, types };
  });
}

/** Examples as the Python benchmark writes them: `tokenized_text`, `ner`, `ner_labels`. @throws UserError where it is something else */
export function givenTexts(path: string): BenchText[] {
  let raw: unknown;
  try {
    raw = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new UserError(`--data: ${path} cannot be read (${error instanceof Error ? error.message : error}).`);
  }
  const isText = (item: unknown): item is { tokenized_text: string[]; ner: NerRecord["ner"]; ner_labels: string[] } =>
    typeof item === "object" && item !== null && "tokenized_text" in item && "ner" in item && "ner_labels" in item;
  if (!Array.isArray(raw) || raw.length === 0 || !raw.every(isText))
    throw new UserError(`--data: ${path} is no list of examples with tokenized_text, ner and ner_labels.`);
  return raw.map(({ tokenized_text: tokens, ner, ner_labels: types }) => ({ tokens, ner, types }));
}

/** Writes texts as the Python benchmark reads them. */
export function writeTexts(path: string, texts: readonly BenchText[]): void {
  const examples = texts.map(({ tokens, ner, types }) => ({ tokenized_text: tokens, ner, ner_labels: types }));
  writeAtomically(path, JSON.stringify(examples));
}
