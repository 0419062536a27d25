/** SLIMER's lists of sentences by type -> records. */
import { UserError } from "../../errors";
import { readText } from "../../files/text";
import { splitTokens } from "../../text/words";
import type { NerSpan, PlacedRecord } from "../records";
import { Occurrences } from "./occurrences";
import type { Tally } from "./tally";

/**
 * SLIMER's examples of Pile-NER: `{type: [{sentence, target_words_in_it}]}`, a few sentences for each type. Only the one
 * type was looked for in a sentence, so that it is the record's `labels`; a sentence that stands under several types is one
 * record. Small files: read whole.
 */
export async function* readTypeSentences(path: string, _: object, tally: Tally): AsyncGenerator<PlacedRecord> {
  const bySentence = new Map<string, PlacedRecord & { record: { labels: string[] } }>();
  for (const [type, sentences] of Object.entries(listsOf(path)))
    for (const [i, item] of sentences.entries()) {
      const where = `${path}, type "${type}", sentence ${i + 1}`;
      const { sentence, target_words_in_it: mentions } = parse(item, where);
      const known = bySentence.get(sentence);
      if (known) tally.repair("records_merged", where);
      const placed = known ?? { record: { tokens: splitTokens(sentence), ner: [], labels: [] }, where };
      bySentence.set(sentence, placed);
      placed.record.labels.push(type);
      placed.record.ner.push(...spansOf(placed.record.tokens, mentions, type, tally));
    }
  yield* bySentence.values();
}

function spansOf(tokens: readonly string[], mentions: readonly string[], type: string, tally: Tally): NerSpan[] {
  const occurrences = new Occurrences(tokens);
  return mentions.flatMap((mention) => {
    const places = occurrences.ofText(mention);
    tally.asked++;
    if (places.length > 0) tally.found++;
    return places.map(([first, last]): NerSpan => [first, last, type]);
  });
}

function listsOf(path: string): Record<string, unknown[]> {
  let value: unknown;
  try {
    value = JSON.parse(readText(path, "SLIMER's JSON of sentences by type"));
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path} cannot be read as JSON: ${error instanceof Error ? error.message : error}.`);
  }
  if (typeof value === "object" && value !== null && Object.values(value).every(Array.isArray))
    return value as Record<string, unknown[]>;
  throw new UserError(`${path}: wanted an object that gives every type a list of sentences.`);
}

function parse(item: unknown, where: string): { sentence: string; target_words_in_it: string[] } {
  const { sentence, target_words_in_it: mentions } = Object(item);
  if (typeof sentence === "string" && Array.isArray(mentions) && mentions.every((m) => typeof m === "string"))
    return { sentence, target_words_in_it: mentions };
  throw new UserError(`${where}: wanted an object with a text "sentence" and a list "target_words_in_it".`);
}
