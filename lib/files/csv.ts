/**
 * Rows of a CSV file, one at a time, with their lines: cells with quotes may hold separators, line breaks and doubled quotes (RFC 4180).
 * Own code, since a library gives no lines, and errors have to name them.
 */
import { UserError } from "../errors";
import { LineCutter } from "./lines";
import { filePieces, MAX_RECORD_BYTES, type ReadOptions, textOf } from "./pieces";

export interface CsvRow {
  cells: string[];
  /** Where the row begins, from 1. */
  line: number;
}

/** Of as many, the one that stands in fewer texts. */
const SEPARATORS = ["\t", ";", ","];

/**
 * The rows of a file; a blank line is a row of one empty cell. The separator is the one of comma, semicolon and tab that the first row has
 * most of.
 * @throws UserError naming file and line: not UTF-8, a quote that nothing closes, text behind a closing quote
 */
export async function* csvRows(path: string, options: ReadOptions = {}): AsyncGenerator<CsvRow> {
  let reader: RowReader | undefined;
  for await (const { text, line } of rawLines(path, options)) {
    const plain = line === 1 ? text.replace(/^\ufeff/, "") : text;
    reader ??= new RowReader(path, separatorOf(plain), options.maxRecordBytes);
    const row = reader.push(plain, line);
    if (row) yield row;
  }
  reader?.end();
}

/** Lines with their carriage returns: inside of quotes they belong to the text, whose characters offsets count. */
async function* rawLines(
  path: string,
  { maxRecordBytes }: ReadOptions,
): AsyncGenerator<{ text: string; line: number }> {
  const cutter = new LineCutter(path, maxRecordBytes);
  for await (const piece of filePieces(path))
    for (const stretch of cutter.push(piece)) yield { text: textOf(stretch, path), line: stretch.line };
  const last = cutter.end();
  if (last) yield { text: textOf(last, path), line: last.line };
}

function separatorOf(line: string): string {
  const bare = line.replace(/"(?:[^"]|"")*"/g, "");
  const counts = SEPARATORS.map((separator) => bare.split(separator).length);
  return SEPARATORS[counts.indexOf(Math.max(...counts))];
}

/** Takes lines until a row is whole. */
class RowReader {
  private cells: string[] = [];
  private cell = "";
  private quoted = false;
  private first = 1;
  private length = 0;

  constructor(
    private readonly path: string,
    private readonly separator: string,
    private readonly limit = MAX_RECORD_BYTES,
  ) {}

  push(text: string, line: number): CsvRow | undefined {
    if (!this.quoted) this.first = line;
    this.length += text.length;
    if (this.length > this.limit) throw this.fault(`a row is longer than ${this.limit} characters`);
    for (let at = 0; at <= text.length; ) at = this.quoted ? this.inQuotes(text, at) : this.outside(text, at);
    if (this.quoted) return undefined;
    const row = { cells: this.cells, line: this.first };
    this.cells = [];
    this.length = 0;
    return row;
  }

  end(): void {
    if (this.quoted) throw this.fault("a quote is never closed");
  }

  /** One cell, or its beginning up to the quote that opens it. */
  private outside(text: string, at: number): number {
    if (this.cell === "" && text[at] === '"') {
      this.quoted = true;
      return at + 1;
    }
    const found = text.indexOf(this.separator, at);
    const end = found < 0 ? text.length : found;
    const rest = found < 0 ? text.slice(at).replace(/\r$/, "") : text.slice(at, end);
    this.cells.push(this.cell + rest);
    this.cell = "";
    return end + 1;
  }

  private inQuotes(text: string, at: number): number {
    const end = text.indexOf('"', at);
    if (end < 0) {
      this.cell += `${text.slice(at)}\n`;
      return text.length + 1;
    }
    this.cell += text.slice(at, end);
    if (text[end + 1] === '"') {
      this.cell += '"';
      return end + 2;
    }
    this.quoted = false;
    const rest = text.slice(end + 1);
    if (!(rest.replace(/\r$/, "") === "" || rest.startsWith(this.separator)))
      throw this.fault(`text stands behind the quote that closes a cell (${JSON.stringify(rest.slice(0, 20))})`);
    this.cells.push(this.cell);
    this.cell = "";
    return rest.startsWith(this.separator) ? end + 2 : text.length + 1;
  }

  private fault(what: string): UserError {
    return new UserError(
      `${this.path}, line ${this.first}: ${what}; wanted cells with quotes around them where they hold one, doubled inside.`,
    );
  }
}

/** A cell as it is written. */
export const csvCell = (text: string): string =>
  /[",;\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
