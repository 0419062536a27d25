/** How the doctor opens data: names and folders -> records with their places and label lists. */
import { readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError, usageError, warnOnce } from "../../errors";
import { jsonValues } from "../../files/json-values";
import { fileLines } from "../../files/lines";
import { foreignFile } from "../formats/foreign-forms";
import { type InstructItem, parseInstruct } from "../formats/instruct";
import type { FormatName } from "../formats/names";
import { type FormatOptions, readPlaced } from "../formats/read";
import { Tally } from "../formats/tally";
import { fileOf } from "../named";
import type { PlacedRecord } from "../records";
import { sourceRecords } from "../source-records";
import { findSource, readSources, sourceFile } from "../sources";
import { ZERO_SHOT_SETS } from "../zero-shot-tests";
import { detectFormat } from "./detect";

/** A file of data as the doctor sees it: its records, what reading it repaired, and what only its own form shows. */
export interface DataFile {
  /** As it was named: a path, "source:ID", "zero-shot:NAME", "sentences:test". */
  name: string;
  path: string;
  format: Exclude<FormatName, "labels">;
  records: PlacedRecord[];
  tally: Tally;
  /** The raw sentences with character positions, where the form has them. */
  items?: { item: InstructItem; where: string }[];
  /** The label list of its folder, where there is one. */
  labels?: LabelList;
}

export interface LabelList {
  name: string;
  labels: string[];
}

/**
 * Everything that was named: files of records, each with the label list that lies beside it.
 * @throws UserError like the readers, and for a file that was named and is of no known form; one in a folder is passed over
 */
export async function openData(names: readonly string[], options: FormatOptions = {}): Promise<DataFile[]> {
  const files: DataFile[] = [];
  const lists = new Map<string, LabelList>();
  for (const name of names.flatMap(filesBelow)) {
    const opened = await open(name, options);
    if (opened === undefined && !names.includes(name))
      warnOnce(`${name} was passed over: its form is none that is known.`);
    else if (opened === undefined) throw await unknownForm(name);
    else if ("records" in opened) files.push(opened);
    else lists.set(dirname(opened.path), opened);
  }
  if (files.length === 0) throw usageError(`there are no records in ${names.join(", ")}; wanted a file of data.`);
  return files.map((file) => ({ ...file, labels: lists.get(dirname(file.path)) }));
}

/** The sentence about a file that was named and cannot be looked at. */
async function unknownForm(name: string): Promise<UserError> {
  for await (const { text } of fileLines(name))
    if (text.trim() !== "") {
      const foreign = await foreignFile(name, {});
      return new UserError(
        `${name}: its form is none that is known: ${foreign ?? "convert it with preprocess first"}.`,
      );
    }
  return new UserError(`${name} is empty; wanted a file of records.`);
}

/** A folder stands for its files; anything else for itself. */
function filesBelow(name: string): string[] {
  if (!statSync(name, { throwIfNoEntry: false })?.isDirectory()) return [name];
  return readdirSync(name, { recursive: true, encoding: "utf8" })
    .map((path) => join(name, path))
    .filter((path) => statSync(path).isFile() && /\.(jsonl?|txt|conll|tsv|bio|iob2?)(\.gz)?$/.test(path))
    .sort();
}

async function open(
  name: string,
  options: FormatOptions,
): Promise<DataFile | (LabelList & { path: string }) | undefined> {
  const id = sourceOf(name);
  const path = id ? await sourceFile(id) : fileOf(name);
  const known = id ? { format: findSource(id).format.name, options: {} } : await detectFormat(path);
  if (known === undefined) return undefined;
  const { format, options: found } = known;
  if (format === "labels") return { name, path, labels: await labelList(path) };
  const tally = new Tally();
  const reading = id ? sourceRecords(id, tally) : readPlaced(format, path, { ...found, ...options }, tally);
  const records: PlacedRecord[] = [];
  for await (const placed of reading) records.push(placed);
  return { name, path, format, records, tally, ...(format === "instruct" && { items: await rawItems(path) }) };
}

function sourceOf(name: string): string | undefined {
  if (name.startsWith("source:")) return findSource(name.slice("source:".length), readSources()).id;
  const set = name.startsWith("zero-shot:") ? name.slice("zero-shot:".length) : undefined;
  if (set === undefined) return undefined;
  if (ZERO_SHOT_SETS.some((known) => known === set)) return set;
  throw usageError(`there is no zero-shot test "${set}"; wanted one of ${ZERO_SHOT_SETS.join(", ")}.`);
}

async function labelList(path: string): Promise<string[]> {
  const labels: string[] = [];
  for await (const { value, where } of jsonValues(path)) {
    if (typeof value !== "string") throw new UserError(`${where}: ${JSON.stringify(value)} is not the name of a type.`);
    labels.push(value);
  }
  return labels;
}

async function rawItems(path: string): Promise<DataFile["items"]> {
  const items: NonNullable<DataFile["items"]> = [];
  for await (const { value, where } of jsonValues(path)) items.push({ item: parseInstruct(value, where), where });
  return items;
}
