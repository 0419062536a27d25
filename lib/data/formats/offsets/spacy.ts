/**
 * spaCy's forms in JSON: training pairs `[text, {"entities": [[start, end, type], ...]}]`, documents of `Doc.to_json()` and displaCy's
 * `{"text", "ents": [{"start", "end", "label"}]}`, and annotators' `{"annotations": [pair, ...]}`. Offsets are code points.
 */
import { UserError } from "../../../errors";
import { isObject, type JsonObject, quote } from "../../../files/json-object";
import { jsonValues } from "../../../files/json-values";
import { filePieces, type ReadOptions } from "../../../files/pieces";
import type { Tally } from "../tally";
import type { OffsetItem, OffsetMention } from "./item";
import { listOf, mentionOf, notHeld, type PlacedItem } from "./values";

const WANTED = '[text, {"entities": [[start, end, type], ...]}] or {"text", "ents": [{"start", "end", "label"}]}';

/** @throws UserError naming file and line where a value is of another form, or the file is spaCy's binary one */
export async function* readSpacy(path: string, options: ReadOptions, tally: Tally): AsyncGenerator<PlacedItem> {
  if (await isPacked(path))
    throw new UserError(
      `${path} is spaCy's binary form, which only spaCy reads; wanted JSON: write each document of DocBin().from_disk(path).get_docs(nlp.vocab) as json.dumps(doc.to_json()), one a line.`,
    );
  for await (const { value, where } of jsonValues(path, options)) {
    const pairs = isObject(value) ? listOf(value.annotations) : undefined;
    // Annotators leave null for a text that nobody has read.
    for (const [i, one] of (pairs ?? [value]).entries()) {
      const place = pairs ? `${where}, annotation ${i + 1}` : where;
      if (one === null) tally.repair("not_annotated", place);
      else yield { item: itemOf(one, tally, place), where: place };
    }
  }
}

/** DocBin's files are packed by zlib, which JSON never looks like. */
async function isPacked(path: string): Promise<boolean> {
  for await (const piece of filePieces(path)) return piece[0] === 0x78;
  return false;
}

function itemOf(value: unknown, tally: Tally, where: string): OffsetItem {
  const [text, said] = Array.isArray(value) ? value : isObject(value) ? [value.text, value] : [];
  if (typeof text !== "string" || !isObject(said)) throw new UserError(`${where}: wanted ${WANTED}.`);
  const entities = listOf(said.entities) ?? listOf(said.ents);
  if (!entities)
    throw new UserError(`${where}: there is no list of entities, not even an empty one; wanted ${WANTED}.`);
  notHeld(said.cats, "class_not_held", tally, where);
  notHeld(said.links, "note_not_held", tally, where);
  notHeld(said.relations ?? said.rels, "relation_not_held", tally, where);
  return {
    text,
    mentions: [...entities, ...spanGroups(said)].map((one, i) => mention(one, `${where}, entity ${i + 1}`)),
  };
}

/** `doc.spans`: groups of spans that may overlap. */
function spanGroups({ spans }: JsonObject): readonly unknown[] {
  return isObject(spans) ? Object.values(spans).flatMap((group) => listOf(group) ?? []) : [];
}

function mention(value: unknown, where: string): OffsetMention {
  if (Array.isArray(value) && value.length >= 3)
    return mentionOf({ start: value[0], end: value[1], label: value[2] }, where);
  if (isObject(value)) return mentionOf({ start: value.start, end: value.end, label: value.label }, where);
  throw new UserError(`${where} is ${quote(value)}, wanted [start, end, type].`);
}
