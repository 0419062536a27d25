/** Label maps: raw tags -> the names that the prompt shows to the model. */
import { existsSync, readFileSync } from "node:fs";
import { UserError, usageError } from "../errors";
import { isObject, parseJson } from "../files/json-object";
import { readText } from "../files/text";
import type { Tally } from "./formats/tally";
import { dataPath } from "./project";
import type { NerRecord } from "./records";

/**
 * What a raw tag is called in natural language. A zero-shot model reads the names of the types, so the names are part of the
 * data: `musicalartist` and `musical artist` are two different questions.
 */
export interface LabelMap {
  /** Named in errors. */
  name: string;
  /** Raw label -> name; null leaves its mentions out. */
  names: Readonly<Record<string, string | null>>;
  /** True where a label that is not listed is an error; otherwise it stays as it is. */
  closed: boolean;
}

/** The maps that a name stands for: how GLiNER, UniversalNER and SLIMER spell the types of the zero-shot tests. */
export const LABEL_MAPS_PATH = dataPath("label-maps.json");

/**
 * The map of this name in data/label-maps.json, or of this file (an object of label: name or null).
 * @throws UserError where there is neither, or the file is no such object
 */
export function readLabelMap(name: string): LabelMap {
  const known: unknown = JSON.parse(readFileSync(LABEL_MAPS_PATH, "utf8"));
  if (isObject(known) && Object.hasOwn(known, name)) return parseLabelMap(known[name], name);
  if (!existsSync(name))
    throw usageError(
      `--label-map got "${name}", wanted a JSON file or one of ${Object.keys(Object(known)).join(", ")}.`,
    );
  const text = readText(name, "a JSON object of label: name");
  try {
    return parseLabelMap(parseJson(text), name);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${name}: not JSON (${error instanceof Error ? error.message : error}).`);
  }
}

/** @throws UserError naming the label whose name is none */
export function parseLabelMap(value: unknown, name: string, closed = false): LabelMap {
  if (!isObject(value) || Object.keys(value).length === 0)
    throw new UserError(`${name}: wanted an object of label: name, or null for a label that is left out.`);
  for (const [label, to] of Object.entries(value))
    if (to !== null && (typeof to !== "string" || to.trim() === ""))
      throw new UserError(`${name}: the tag "${label}" is named ${JSON.stringify(to)}, wanted a name or null.`);
  return { name, names: value as Record<string, string | null>, closed };
}

/** The record under the names of the map. @throws UserError for a label that a closed map does not list */
export function renameLabels(record: NerRecord, map: LabelMap, tally: Tally, where: string): NerRecord {
  const nameOf = (label: string): string | null => {
    if (Object.hasOwn(map.names, label)) return map.names[label];
    if (!map.closed) return label;
    const known = Object.keys(map.names).join(", ");
    throw new UserError(`${where}: the tag "${label}" has no name; wanted one of ${known}.`);
  };
  const listed = (labels: readonly string[]) => labels.map(nameOf).filter((name) => name !== null);
  const ner = record.ner.flatMap(([start, end, label]): NerRecord["ner"] => {
    const name = nameOf(label);
    return name === null ? [] : [[start, end, name]];
  });
  const unaligned = listed(record.unaligned ?? []);
  const dropped = record.ner.length - ner.length + (record.unaligned?.length ?? 0) - unaligned.length;
  tally.repair("label_dropped", where, dropped);
  return {
    ...record,
    ner,
    ...(record.unaligned && { unaligned }),
    ...(record.labels && { labels: listed(record.labels) }),
    ...(record.negatives && { negatives: listed(record.negatives) }),
  };
}
