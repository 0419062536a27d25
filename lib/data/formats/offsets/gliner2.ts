/**
 * GLiNER2's training data: `{"input": text, "output": {"entities": {type: [words, ...]}, "entity_descriptions": {...}, ...}}`, or the
 * same under "text" and "schema". Mentions
 * have no places: each is marked wherever its words stand, whatever their case. A type without mentions is known to be absent.
 */
import { UserError } from "../../../errors";
import { isObject, quote } from "../../../files/json-object";
import { jsonValues } from "../../../files/json-values";
import type { ReadOptions } from "../../../files/pieces";
import { codePointOffsets } from "../../../text/offsets";
import { wordsOf } from "../../../text/reading";
import { hasUnspaced } from "../../../text/unspaced";
import { foundKeys } from "../../known-keys";
import { Occurrences } from "../occurrences";
import type { Repair, Tally } from "../tally";
import type { OffsetMention } from "./item";
import { notHeld, objectOf, type PlacedItem } from "./values";

const NOT_HELD: Record<string, Repair> = {
  entity_descriptions: "description_not_held",
  classifications: "class_not_held",
  json_structures: "structure_not_held",
  relations: "relation_not_held",
};

/** @throws UserError naming file and line where a line is of another form */
export async function* readGliner2(path: string, options: ReadOptions, tally: Tally): AsyncGenerator<PlacedItem> {
  for await (const { value, where } of jsonValues(path, options)) {
    const line = objectOf(value, 'a line of GLiNER2, {"input", "output"}', where);
    const { input = line.text, output = line.schema } = line;
    if (typeof input !== "string" || !isObject(output))
      throw new UserError(`${where}: wanted a text "input" and an object "output"; ${foundKeys(line)}.`);
    for (const [key, kind] of Object.entries(NOT_HELD)) notHeld(output[key], kind, tally, where);
    if (!isObject(output.entities)) {
      // Of a task without entities nobody has looked for any.
      tally.repair("not_annotated", where);
      continue;
    }
    const mentions: OffsetMention[] = [];
    const negatives: string[] = [];
    const places = new Places(input);
    for (const [type, words] of Object.entries(output.entities)) {
      const named = typeof words === "string" ? [words] : words;
      if (!Array.isArray(named) || named.some((one) => typeof one !== "string"))
        throw new UserError(`${where}: the mentions of "${type}" are ${quote(words)}, wanted a list of texts.`);
      if (named.length === 0) negatives.push(type);
      for (const one of new Set<string>(named)) {
        const found = places.of(one, type);
        if (found.length === 0) {
          tally.asked++;
          tally.repair("not_in_text", where);
        }
        mentions.push(...found);
      }
    }
    for (const type of isObject(output.entity_descriptions) ? Object.keys(output.entity_descriptions) : [])
      if (!Object.hasOwn(output.entities, type)) negatives.push(type);
    yield { item: { text: input, mentions, negatives }, where };
  }
}

/** Where words stand in a text, in code points. */
class Places {
  private readonly words;
  private readonly occurrences: Occurrences;
  private readonly points: (unit: number) => number;

  constructor(private readonly text: string) {
    this.words = wordsOf(text);
    this.occurrences = new Occurrences(this.words.map((word) => word.text));
    this.points = codePointOffsets(text);
  }

  of(mention: string, label: string): OffsetMention[] {
    // Where no spaces part the words, nobody knows where they end.
    if (hasUnspaced(mention)) return this.anywhere(mention, label);
    return this.occurrences.of(wordsOf(mention).map(({ text }) => text)).map(([first, last]) => ({
      start: this.points(this.words[first].start),
      end: this.points(this.words[last].end),
      label,
    }));
  }

  private anywhere(mention: string, label: string): OffsetMention[] {
    const found: OffsetMention[] = [];
    for (let at = this.text.indexOf(mention); at >= 0; at = this.text.indexOf(mention, at + mention.length))
      found.push({ start: this.points(at), end: this.points(at + mention.length), label });
    return found;
  }
}
