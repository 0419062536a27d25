/** Streams the records of a .json or .jsonl file, each with its place for error messages. */
import { UserError } from "../errors";
import { JsonListCutter } from "./json-list";
import { LineCutter } from "./lines";
import { filePieces, type ReadOptions, type Stretch, textOf } from "./pieces";

/** One record of a file, parsed but not checked, and how an error names it. */
export interface JsonValue {
  value: unknown;
  /** "FILE, line 7" or "FILE, line 7, record 3". */
  where: string;
}

/**
 * The values of a JSON list, or of a file with one JSON value a line, one at a time; which of the two it is, its first
 * character says. A list of any length needs the memory of its longest element.
 * @throws UserError naming file and line: not JSON, not UTF-8, cut off, a record that is longer than the limit
 */
export async function* jsonValues(path: string, options: ReadOptions = {}): AsyncGenerator<JsonValue> {
  let cutter: JsonListCutter | LineCutter | undefined;
  for await (const piece of filePieces(path)) {
    const bytes = cutter === undefined && isMark(piece) ? piece.subarray(MARK.length) : piece;
    cutter ??= isList(bytes)
      ? new JsonListCutter(path, options.maxRecordBytes)
      : new LineCutter(path, options.maxRecordBytes);
    let record = "count" in cutter ? cutter.count : 0;
    for (const stretch of cutter.push(bytes)) {
      const value = parsed(stretch, path, "count" in cutter ? ++record : undefined);
      if (value) yield value;
    }
  }
  const last = cutter?.end();
  const value = last && parsed(last, path, undefined);
  if (value) yield value;
}

/** True where the first character that is no white space opens a list. */
function isList(piece: Buffer): boolean {
  return /^\s*\[/.test(piece.subarray(0, 4096).toString("latin1"));
}

const MARK = Buffer.from("\ufeff");
const isMark = (piece: Buffer) => piece.subarray(0, MARK.length).equals(MARK);

/** undefined for a blank line. */
function parsed(stretch: Stretch, path: string, record: number | undefined): JsonValue | undefined {
  const text = textOf(stretch, path);
  if (record === undefined && text.trim() === "") return undefined;
  const where = `${path}, line ${stretch.line}${record === undefined ? "" : `, record ${record}`}`;
  try {
    return { value: JSON.parse(text), where };
  } catch (error) {
    throw new UserError(`${where}: not JSON (${error instanceof Error ? reason(error.message) : error}).`);
  }
}

/** V8 quotes what it read; a record can be long. */
const reason = (message: string) => (message.length > 160 ? `${message.slice(0, 160)}…` : message).replace(/\n/g, " ");
