/** Entities in the forms of other tools. Their offsets are code points wherever a tool of Python reads them. */
import type { NerRecord } from "../data/records";
import { UserError } from "../errors";
import { codePointOffsets } from "../text/offsets";
import { type TextReading, wordsOf } from "../text/reading";
import type { Entity } from "./entity";

type Labelled = Pick<Entity, "start" | "end" | "label">;

/**
 * A text with its entities as a record: the words that the model read, spans in words. For files of records, BIO,
 * or as gold that was corrected by hand.
 * @param reading as it was told to the prediction
 * @throws UserError where an entity does not begin and end with a word
 */
export function toRecord(text: string, entities: readonly Labelled[], reading: TextReading = {}): NerRecord {
  const words = wordsOf(text, reading);
  const starts = new Map(words.map((word, i) => [word.start, i]));
  const ends = new Map(words.map((word, i) => [word.end, i]));
  const ner = entities.map(({ start, end, label }): NerRecord["ner"][number] => {
    const [first, last] = [starts.get(start), ends.get(end)];
    if (first === undefined || last === undefined)
      throw new UserError(
        `the entity "${text.slice(start, end)}" (${start}..${end}) does not begin and end with a word of the text.`,
      );
    return [first, last, label];
  });
  return { tokens: words.map((word) => word.text), ner };
}

/** For `displacy.render(..., style="ent", manual=True)` of spaCy. It draws flat entities; nested ones repeat their text. */
export function toDisplacy(text: string, entities: readonly Labelled[], title: string | null = null) {
  return { text, ents: inCodePoints(text, entities), title };
}

/** spaCy's training pair `[text, {"entities": [[start, end, label], ...]}]`. */
export function toSpacy(text: string, entities: readonly Labelled[]) {
  const spans = inCodePoints(text, entities).map(({ start, end, label }) => [start, end, label] as const);
  return [text, { entities: spans }] as const;
}

/** In reading order. */
function inCodePoints(text: string, entities: readonly Labelled[]): Labelled[] {
  const at = codePointOffsets(text);
  return entities
    .map(({ start, end, label }) => ({ start: at(start), end: at(end), label }))
    .sort((a, b) => a.start - b.start || b.end - a.end);
}
