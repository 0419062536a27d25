/**
 * doccano's JSONL of sequence labelling: `{"text", "label": [[start, end, type], ...]}`, or with relations `{"text", "entities":
 * [{"start_offset", "end_offset", "label"}], "relations"}`. Offsets are code points.
 */
import { UserError } from "../../../errors";
import { isObject, quote } from "../../../files/json-object";
import { jsonValues } from "../../../files/json-values";
import type { ReadOptions } from "../../../files/pieces";
import { foundKeys } from "../../known-keys";
import type { Tally } from "../tally";
import type { OffsetMention } from "./item";
import { listOf, mentionOf, notHeld, objectOf, type PlacedItem, textOfItem } from "./values";

/** @throws UserError naming file and line where a line is of another form */
export async function* readDoccano(
  path: string,
  options: ReadOptions & { text?: string },
  tally: Tally,
): AsyncGenerator<PlacedItem> {
  for await (const { value, where } of jsonValues(path, options)) {
    const line = objectOf(value, 'a line of doccano, {"text", "label"}', where);
    const text = textOfItem(line, ["text", "data"], options.text, where);
    const labels = listOf(line.entities) ?? listOf(line.label) ?? listOf(line.labels);
    if (!labels) throw new UserError(`${where}: there is no list "label", "labels" or "entities"; ${foundKeys(line)}.`);
    notHeld(line.relations, "relation_not_held", tally, where);
    notHeld(line.cats, "class_not_held", tally, where);
    notHeld(line.Comments ?? line.comments, "note_not_held", tally, where);
    yield { item: { text, mentions: labels.map((label, i) => mention(label, `${where}, label ${i + 1}`)) }, where };
  }
}

function mention(label: unknown, where: string): OffsetMention {
  if (Array.isArray(label) && label.length === 3)
    return mentionOf({ start: label[0], end: label[1], label: label[2] }, where);
  if (isObject(label))
    return mentionOf({ start: label.start_offset, end: label.end_offset, label: label.label }, where);
  throw new UserError(
    `${where} is ${quote(label)}, wanted [start, end, type] or {"start_offset", "end_offset", "label"}.`,
  );
}
