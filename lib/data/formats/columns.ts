/** Columns -> records: one word and its tags a line, a blank line between sentences (CoNLL, BIO and their relatives). */
import { UserError, usageError } from "../../errors";
import { fileLines } from "../../files/lines";
import type { ReadOptions } from "../../files/pieces";
import type { NerRecord, NerSpan, PlacedRecord } from "../records";
import { foreignFile } from "./foreign-forms";
import { detectScheme } from "./scheme-detection";
import type { Rows } from "./schemes";
import { readTag, type Scheme, tagSpans } from "./schemes";
import type { Tally } from "./tally";

export interface ColumnOptions extends ReadOptions {
  /** What stands in each column, see `parseColumns`; default "token,tag". */
  columns?: string;
  /** Default: a tab where the line has one, else any white space. */
  separator?: "tab" | "space";
  /** Default: found out by reading the file once before. */
  scheme?: Scheme;
  /** Lines that begin with this are remarks, such as "# id "; default: there are none. */
  comments?: string;
}

/** What a column holds; "other" is not read. */
export type Column = "token" | "tag" | "other";

export interface Layout {
  columns: Column[];
  /** More columns may stand in the middle: the ones after this index count from the end. */
  rest?: number;
}

/**
 * What `columns` says: names parted by commas, or by spaces where there is no comma.
 *
 *     token,tag     a word, then its tag             token,_,_,tag   two columns that are not read
 *     token,...,tag the first and the last column    token,tag,tag   two layers of tags, whose mentions may overlap
 *
 * @throws UserError (usage) unless there is one token column and a tag column
 */
export function parseColumns(text: string): Layout {
  const names = text.split(text.includes(",") ? "," : " ").map((name) => name.trim());
  const rest = names.indexOf("...");
  const columns = names.flatMap((name): Column[] => (Object.hasOwn(COLUMNS, name) ? [COLUMNS[name]] : []));
  const known = columns.length + (rest < 0 ? 0 : 1) === names.length;
  if (!known || columns.filter((column) => column === "token").length !== 1 || !columns.includes("tag"))
    throw usageError(
      `--columns got "${text}", wanted names such as token,tag or tag,token or token,_,_,tag or token,...,tag.`,
    );
  return { columns, rest: rest < 0 ? undefined : rest };
}
const COLUMNS: Record<string, Column> = { token: "token", tag: "tag", _: "other" };

/** The records of a file of columns. @throws UserError naming file and line: a missing column, a tag of another scheme */
export async function* readColumns(path: string, options: ColumnOptions, tally: Tally): AsyncGenerator<PlacedRecord> {
  const layout = parseColumns(options.columns ?? "token,tag");
  const scheme = options.scheme ?? (await schemeOf(path, layout, options));
  yield* recordsOfRows(path, sentences(path, layout, options, tally), scheme, tally);
}

/** Sentences of words and tags -> records. @throws UserError naming file and line where a tag is of another scheme */
export async function* recordsOfRows(
  path: string,
  sentences: AsyncIterable<Rows>,
  scheme: Scheme,
  tally: Tally,
): AsyncGenerator<PlacedRecord> {
  tally.note(path, scheme);
  for await (const rows of sentences) {
    const record = recordOf(rows, scheme, path, tally);
    yield { record, where: `${path}, line ${rows.lines[0]}` };
  }
}

/** The scheme, found out. @throws UserError where the file is another known form, and like `detectScheme` */
async function schemeOf(path: string, layout: Layout, options: ColumnOptions): Promise<Scheme> {
  const foreign = await foreignFile(path, options);
  if (foreign) throw new UserError(`${path}: ${foreign}; if it is columns all the same, say its --scheme.`);
  return detectScheme(path, sentences(path, layout, options));
}

/** The sentences of a file, in order; blank line after blank line makes none. */
export async function* sentences(
  path: string,
  layout: Layout,
  options: ColumnOptions,
  tally?: Tally,
): AsyncGenerator<Rows> {
  const tags = layout.columns.filter((column) => column === "tag").length;
  const empty = (): Rows => ({ tokens: [], layers: Array.from({ length: tags }, () => []), lines: [] });
  let rows = empty();
  for await (const { text, line } of fileLines(path, options)) {
    const where = `${path}, line ${line}`;
    if (options.comments && text.startsWith(options.comments)) tally?.repair("comment", where);
    else if (text.startsWith("-DOCSTART-")) tally?.repair("docstart", where);
    else if (text.trim() !== "") {
      const cells = cellsOf(text, layout, options.separator, where);
      if (cells[layout.columns.indexOf("token")] === "") tally?.repair("row_without_word", where);
      else addRow(rows, cells, layout, line);
    } else if (rows.tokens.length > 0) {
      yield rows;
      rows = empty();
    }
  }
  if (rows.tokens.length > 0) yield rows;
}

function addRow(rows: Rows, cells: readonly string[], { columns }: Layout, line: number): void {
  let layer = 0;
  for (const [i, column] of columns.entries()) {
    if (column === "token") rows.tokens.push(cells[i]);
    else if (column === "tag") rows.layers[layer++].push(cells[i]);
  }
  rows.lines.push(line);
}

/** The cells of the columns that have a name. */
function cellsOf(
  text: string,
  { columns, rest }: Layout,
  separator: "tab" | "space" | undefined,
  where: string,
): string[] {
  const tabs = separator === "tab" || (separator === undefined && text.includes("\t"));
  const cells = tabs ? text.replace(/\t+$/, "").split("\t") : text.replace(/^[ \t]+|[ \t]+$/g, "").split(/[ \t]+/);
  const middle = cells.length - columns.length;
  if (middle < 0 || (middle > 0 && rest === undefined))
    throw new UserError(
      `${where}: ${JSON.stringify(shortened(text))} has ${cells.length} column${cells.length === 1 ? "" : "s"}, wanted ${rest === undefined ? "" : "at least "}${columns.length} with ${tabs ? "a tab" : "white space"} between them; --columns says what stands where${text.startsWith("#") ? ", and --comments which lines are remarks" : ""}.`,
    );
  const named = rest === undefined ? cells : [...cells.slice(0, rest), ...cells.slice(rest + middle)];
  // White space belongs to no tag: "B-person " would be another type than "I-person".
  const trimmed = named.map((cell, i) => (columns[i] === "tag" ? cell.trim() : cell));
  if (trimmed.some((cell, i) => cell === "" && columns[i] === "tag"))
    throw new UserError(`${where}: the tag of ${JSON.stringify(shortened(text))} is empty.`);
  return trimmed;
}

const shortened = (text: string) => (text.length > 80 ? `${text.slice(0, 80)}…` : text);

function recordOf(rows: Rows, scheme: Scheme, path: string, tally: Tally): NerRecord {
  const place = (word: number) => `${path}, line ${rows.lines[word]}`;
  const layers = rows.layers.map((texts) => {
    const tags = texts.map((text, i) => readTag(text, scheme, place(i)));
    return tagSpans(tags, scheme, tally, place);
  });
  const ner = layers.flat().sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  if (layers.length > 1) tally.repair("tag_layers_overlap", place(0), overlaps(ner));
  tally.asked += ner.length;
  tally.found += ner.length;
  return { tokens: rows.tokens, ner };
}

/** How many spans begin before one in front of them has ended. */
function overlaps(sorted: readonly NerSpan[]): number {
  let end = -1;
  let count = 0;
  for (const span of sorted) {
    if (span[0] <= end) count++;
    end = Math.max(end, span[1]);
  }
  return count;
}
