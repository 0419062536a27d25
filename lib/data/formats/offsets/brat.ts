/**
 * brat's standoff: a text NAME.txt and its annotations NAME.ann, `T1<tab>Person 0 11<tab>Marie Curie`. Offsets are code points of the whole
 * file. An input is an .ann file or a folder of them.
 */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../../errors";
import { quote } from "../../../files/json-object";
import { fileLines } from "../../../files/lines";
import type { ReadOptions } from "../../../files/pieces";
import { readText } from "../../../files/text";
import { unitOffsets } from "../instruct";
import type { Repair, Tally } from "../tally";
import type { OffsetMention } from "./item";
import type { PlacedItem } from "./values";

/** @throws UserError naming file and line: no text beside it, a line that is not of this form */
export async function* readBrat(path: string, options: ReadOptions, tally: Tally): AsyncGenerator<PlacedItem> {
  for (const file of filesOf(path)) {
    const text = readText(file.replace(/\.ann$/, ".txt"), `the text that ${file} is about`);
    const points = unitOffsets(text);
    const mentions: OffsetMention[] = [];
    for await (const { text: line, line: number } of fileLines(file, options)) {
      const where = `${file}, line ${number}`;
      const mention = line.trim() === "" ? undefined : readLine(line, { text, points }, tally, where);
      if (mention) mentions.push(mention);
    }
    yield { item: { text, mentions }, where: file };
  }
}

function filesOf(path: string): string[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    const names = readdirSync(path, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ann"));
    if (names.length === 0) throw new UserError(`${path} holds no .ann file; wanted a folder of brat.`);
    return names.sort().map((name) => join(path, name));
  }
  if (!path.endsWith(".ann")) throw new UserError(`${path} is no .ann file; wanted one, or a folder of them.`);
  return [path];
}

/** What a line is about that a record has no place for, by its first letter. */
const NOT_HELD: Record<string, Repair> = {
  E: "event_not_held",
  R: "relation_not_held",
  "*": "relation_not_held",
  A: "attribute_not_held",
  M: "attribute_not_held",
  N: "note_not_held",
  "#": "note_not_held",
};

/** The words may hold any sign, a carriage return of the text too. */
const MENTION = /^T\d+\t(\S+) (\d+ \d+(?:;\d+ \d+)*)(?:\t(.*))?$/s;

function readLine(
  line: string,
  document: { text: string; points: readonly number[] },
  tally: Tally,
  where: string,
): OffsetMention | undefined {
  const other = NOT_HELD[line[0]];
  if (other) {
    tally.repair(other, where);
    return undefined;
  }
  const [, label, places, stated] = MENTION.exec(line) ?? [];
  if (!label)
    throw new UserError(`${where}: ${quote(line)} is no line of brat's; wanted "T1<tab>Type 0 11<tab>words".`);
  const parts = places.split(";").map((part) => part.split(" ").map(Number));
  // brat cuts a mention at every line break: those parts are one.
  const apart = parts.some(([start], i) => i > 0 && between(document, parts[i - 1][1], start).trim() !== "");
  if (apart) {
    tally.asked++;
    tally.repair("discontinuous", where);
    return undefined;
  }
  const [start] = parts[0];
  const [, end] = parts[parts.length - 1];
  return { start, end, label, ...(stated !== undefined && { stated }) };
}

const between = ({ text, points }: { text: string; points: readonly number[] }, from: number, to: number): string =>
  text.slice(points[from] ?? text.length, points[to] ?? text.length);
