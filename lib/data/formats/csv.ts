/**
 * Tables with a header, in three shapes: a word and its tag a row (`Sentence #,Word,POS,Tag`); a mention a row (`text,start,end,label`, rows
 * of one text behind one another); a text a row with a cell of JSON (Label Studio's CSV, a data frame).
 */
import { UserError } from "../../errors";
import { type CsvRow, csvRows } from "../../files/csv";
import { isObject, quote } from "../../files/json-object";
import type { ReadOptions } from "../../files/pieces";
import type { PlacedRecord } from "../records";
import { recordsOfRows } from "./columns";
import { type OffsetItem, type OffsetMention, type OffsetOptions, offsetRecords } from "./offsets/item";
import { mentionOf, type PlacedItem } from "./offsets/values";
import { parsePythonList } from "./python-literal";
import { detectScheme } from "./scheme-detection";
import type { Rows, Scheme } from "./schemes";
import type { Tally } from "./tally";

/** How a table is read. */
export interface CsvOptions extends ReadOptions, OffsetOptions {
  /** The column that holds the text, where it is called otherwise. */
  text?: string;
  scheme?: Scheme;
}

/** What columns are called, without signs and capitals. */
const NAMES = {
  text: ["text", "document", "sentencetext"],
  token: ["token", "word", "tokens", "words"],
  tag: ["tag", "nertag", "ner", "nertags", "iob", "bio"],
  sentence: ["sentence", "sentenceid", "sentid", "sentenceidx"],
  start: ["start", "begin", "startoffset", "startchar"],
  end: ["end", "stop", "endoffset", "endchar"],
  label: ["label", "type", "entitytype", "entitylabel", "labels", "entities", "annotations", "spans"],
  stated: ["value", "mention", "span", "entity", "name", "surface"],
  id: ["id", "textid", "docid", "documentid"],
} as const;

type Role = keyof typeof NAMES;
type Columns = Partial<Record<Role, number>>;

/** @throws UserError naming file and line: a header without the columns of a shape, a row that does not fit */
export async function* readCsv(path: string, options: CsvOptions, tally: Tally): AsyncGenerator<PlacedRecord> {
  const columns = columnsOf(await headerOf(path, options), options.text, path);
  if (columns.token !== undefined && columns.tag !== undefined) {
    const read = (counted?: Tally) => sentences(path, options, columns, counted);
    const scheme = options.scheme ?? (await detectScheme(path, read()));
    return yield* recordsOfRows(path, read(tally), scheme, tally);
  }
  for await (const { item, where } of items(path, options, columns))
    for (const record of offsetRecords(item, options, tally, where)) yield { record, where };
}

async function headerOf(path: string, options: ReadOptions): Promise<string[]> {
  for await (const { cells } of csvRows(path, options)) return cells;
  throw new UserError(`${path} is empty; wanted a table with a header.`);
}

function columnsOf(header: readonly string[], text: string | undefined, path: string): Columns {
  const bare = header.map((name) => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, ""));
  const columns: Columns = {};
  for (const role of Object.keys(NAMES) as Role[]) {
    const names: readonly string[] = NAMES[role];
    const found = names.map((name) => bare.indexOf(name)).find((at) => at >= 0);
    if (found !== undefined) columns[role] = found;
  }
  if (text !== undefined) columns.text = header.indexOf(text);
  const words = columns.token !== undefined && columns.tag !== undefined;
  const texts = columns.text !== undefined && columns.text >= 0 && columns.label !== undefined;
  if (words || texts) return columns;
  throw new UserError(
    `${path}, line 1 has the columns ${quote(header)}; wanted word and tag, or text, start, end and label, or text and a label column with JSON; --text says which column holds the text.`,
  );
}

async function* rows(path: string, options: ReadOptions): AsyncGenerator<CsvRow> {
  let columns = 0;
  for await (const row of csvRows(path, options)) {
    const blank = row.cells.every((cell) => cell.trim() === "");
    if (columns === 0) columns = row.cells.length;
    else if (blank) yield { ...row, cells: [] };
    else if (row.cells.length !== columns)
      throw new UserError(
        `${path}, line ${row.line} has ${row.cells.length} cells, wanted ${columns} as its header has.`,
      );
    else yield row;
  }
}

/** A sentence ends where the cell that names it changes, or at a blank row. */
async function* sentences(path: string, options: ReadOptions, columns: Columns, tally?: Tally): AsyncGenerator<Rows> {
  const { token = 0, tag = 0, sentence } = columns;
  let current: Rows | undefined;
  let name = "";
  for await (const { cells, line } of rows(path, options)) {
    const named = sentence === undefined ? "" : (cells[sentence] ?? "");
    if (current && (cells.length === 0 || (named !== "" && named !== name))) {
      yield current;
      current = undefined;
    }
    if (named !== "") name = named;
    if (cells.length === 0) continue;
    if (cells[token] === "") {
      tally?.repair("row_without_word", `${path}, line ${line}`);
      continue;
    }
    current ??= { tokens: [], layers: [[]], lines: [] };
    current.tokens.push(cells[token]);
    current.layers[0].push(cells[tag].trim());
    current.lines.push(line);
  }
  if (current) yield current;
}

/** Rows of one text, one behind the other, are one item. */
async function* items(path: string, options: ReadOptions, columns: Columns): AsyncGenerator<PlacedItem> {
  const { text = 0, id } = columns;
  let current: (PlacedItem & { id: string }) | undefined;
  for await (const { cells, line } of rows(path, options)) {
    if (cells.length === 0) continue;
    const where = `${path}, line ${line}`;
    const name = id === undefined ? "" : cells[id];
    if (current && (current.item.text !== cells[text] || current.id !== name)) {
      yield current;
      current = undefined;
    }
    current ??= { item: { text: cells[text], mentions: [] } satisfies OffsetItem, where, id: name };
    current.item.mentions.push(...mentionsOf(cells, columns, where));
  }
  if (current) yield current;
}

/** A row without places and label stands for a text without mentions. */
function mentionsOf(cells: readonly string[], columns: Columns, where: string): OffsetMention[] {
  const { start, end, label = 0, stated } = columns;
  if (start === undefined || end === undefined) return listed(cells[label], where);
  if ([start, end, label].every((column) => cells[column].trim() === "")) return [];
  const said = stated === undefined ? undefined : cells[stated];
  return [mentionOf({ start: cells[start].trim(), end: cells[end].trim(), label: cells[label], stated: said }, where)];
}

/** A cell with a list: JSON, or as Python writes lists and tuples. */
function listed(cell: string, where: string): OffsetMention[] {
  if (cell.trim() === "") return [];
  return parsedList(cell, where).flatMap((one, i) => {
    const at = `${where}, mention ${i + 1}`;
    if (Array.isArray(one)) return [mentionOf({ start: one[0], end: one[1], label: one[2] }, at)];
    if (!isObject(one)) throw new UserError(`${at} is ${quote(one)}, wanted [start, end, type] or an object.`);
    const { start = one.start_offset, end = one.end_offset, label, labels = [label], text: stated } = one;
    return (Array.isArray(labels) ? labels : [labels]).map((type) =>
      mentionOf({ start, end, label: type, stated }, at),
    );
  });
}

function parsedList(cell: string, where: string): unknown[] {
  for (const parse of [JSON.parse, parsePythonList]) {
    try {
      const value: unknown = parse(cell);
      if (Array.isArray(value)) return value;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  throw new UserError(`${where}: ${quote(cell)} is no list; wanted JSON such as [[0, 5, "person"]].`);
}
