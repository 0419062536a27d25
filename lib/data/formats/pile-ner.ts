/** Conversations of Pile-NER and UniversalNER -> records: answers are looked for in the words of the text. */
import { jsonValues } from "../../files/json-values";
import type { ReadOptions } from "../../files/pieces";
import { splitTokens } from "../../text/words";
import type { NerRecord, NerSpan, PlacedRecord } from "../records";
import { type Answers, pairedAnswers, scriptAnswers, turnsOf } from "./conversations";
import { Occurrences } from "./occurrences";
import { Tally } from "./tally";

/**
 * Pile-NER-type conversations -> records, as each era of GLiNER's repository made them:
 *
 *     data_proc         modules/data_proc.py (from the first upload on): spaces in types become `_`, empty answers are forgotten
 *     process_pilener   data/process_pilener.py (from March 2024 on): types as they are; the types of empty answers under
 *                       the key "negative", which no trainer has ever read
 *     default           what process_pilener.py means: the same on records of the usual form, but an answer belongs to its
 *                       question, JSON's escapes are JSON's, and what the scripts stumble over is repaired and counted
 *
 * None lower-cases a type. All mark every occurrence of a mention, whatever its case, and keep duplicates: they lengthen the
 * list of mentions, from whose length the trainers of 2023 and 2024 take the number of negatives.
 */
export const PILE_NER_ERAS = ["data_proc", "process_pilener", "default"] as const;
/** A script that made Pile-NER, by its date or version. */
export type PileNerEra = (typeof PILE_NER_ERAS)[number];

/** The records of a file of conversations. @throws UserError like `jsonValues`, `turnsOf` and `scriptAnswers` */
export async function* readPileNer(
  path: string,
  { era = "default", ...options }: ReadOptions & { era?: PileNerEra },
  tally: Tally,
): AsyncGenerator<PlacedRecord> {
  for await (const { value, where } of jsonValues(path, options))
    yield { record: conversationRecord(value, era, tally, where), where };
}

/** One conversation as a record. */
export function conversationRecord(value: unknown, era: PileNerEra, tally: Tally, where: string): NerRecord {
  const turns = turnsOf(value, where);
  if (era === "default") return alignedRecord(pairedAnswers(turns, tally, where), era, tally, where);
  const answers = scriptAnswers(turns, era, where);
  tally.repair("mention_shifted", where, shifted(answers, pairedAnswers(turns, new Tally(), where), era));
  return alignedRecord(answers, era, tally, where);
}

/** How many mentions have a type that is not their question's. */
function shifted(script: Answers, paired: Answers, era: PileNerEra): number {
  const typeOf = (type: string) => (era === "data_proc" ? type.replaceAll(" ", "_") : type);
  return script.mentions.filter(({ type }, i) => type !== typeOf(paired.mentions[i]?.type ?? type)).length;
}

function alignedRecord(answers: Answers, era: PileNerEra, tally: Tally, where: string): NerRecord {
  const tokens = splitTokens(answers.text);
  const occurrences = new Occurrences(tokens);
  const ner: NerSpan[] = [];
  for (const { mention, type } of answers.mentions) {
    tally.asked++;
    const words = splitTokens(mention);
    if (words.length === 0) tally.repair("mention_empty", where);
    const places = occurrences.of(words);
    if (places.length > 0) tally.found++;
    for (const [first, last] of places) ner.push([first, last, type]);
  }
  return era === "data_proc" ? { tokens, ner } : { tokens, ner, negatives: answers.empty, negativesKey: "negative" };
}

/**
 * UniversalNER's evaluation records: conversations with one question each, so that a sentence comes once for every type.
 * Those of one text that follow one another are one record here, with the types asked as its `labels`.
 */
export async function* readUniversalNer(
  path: string,
  options: ReadOptions,
  tally: Tally,
): AsyncGenerator<PlacedRecord> {
  let current: (Answers & { where: string }) | undefined;
  const finished = ({ where, ...answers }: Answers & { where: string }): PlacedRecord => {
    const { tokens, ner } = alignedRecord(answers, "default", tally, where);
    return { record: { tokens, ner, labels: answers.types }, where };
  };
  for await (const { value, where } of jsonValues(path, options)) {
    const answers = pairedAnswers(turnsOf(value, where), tally, where);
    if (current?.text === answers.text) {
      tally.repair("records_merged", where);
      current.mentions.push(...answers.mentions);
      current.types.push(...answers.types);
    } else {
      if (current) yield finished(current);
      current = { ...answers, where };
    }
  }
  if (current) yield finished(current);
}
