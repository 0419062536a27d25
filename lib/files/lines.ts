/** Streams the lines of a file, as bytes or as text, with their numbers. */
import { filePieces, MAX_RECORD_BYTES, type ReadOptions, type Stretch, textOf, tooLong } from "./pieces";

/**
 * Cuts pieces of a file into lines, which end with a line feed only; a carriage return before it is the reader's to take
 * off. Not node:readline: newer versions of Node end a line at U+2028 and U+2029 too, which a JSON string may hold.
 */
export class LineCutter {
  private line = 1;
  private rest: Buffer[] = [];
  private restBytes = 0;

  constructor(
    private readonly path: string,
    private readonly limit = MAX_RECORD_BYTES,
  ) {}

  /** The lines that end in this piece. @throws UserError for one that is longer than the limit */
  push(piece: Buffer): Stretch[] {
    const lines: Stretch[] = [];
    let start = 0;
    for (let end = piece.indexOf(LINE_FEED); end >= 0; end = piece.indexOf(LINE_FEED, start)) {
      this.keep(piece.subarray(start, end));
      lines.push(this.take());
      start = end + 1;
    }
    this.keep(piece.subarray(start));
    return lines;
  }

  /** The last line, which no line feed ends; undefined where there is none. */
  end(): Stretch | undefined {
    return this.restBytes > 0 ? this.take() : undefined;
  }

  private keep(bytes: Buffer): void {
    this.rest.push(bytes);
    this.restBytes += bytes.length;
    if (this.restBytes > this.limit) throw tooLong(this.path, { bytes, line: this.line }, this.limit);
  }

  private take(): Stretch {
    const bytes = this.rest.length === 1 ? this.rest[0] : Buffer.concat(this.rest);
    this.rest = [];
    this.restBytes = 0;
    return { bytes, line: this.line++ };
  }
}
const LINE_FEED = 0x0a;

/**
 * The lines of a file as text, with their numbers from 1.
 * @throws UserError for bytes that are not UTF-8, and like `filePieces`
 */
export async function* fileLines(
  path: string,
  { maxRecordBytes }: ReadOptions = {},
): AsyncGenerator<{ text: string; line: number }> {
  const cutter = new LineCutter(path, maxRecordBytes);
  for await (const piece of filePieces(path)) for (const stretch of cutter.push(piece)) yield lineOf(stretch, path);
  const last = cutter.end();
  if (last) yield lineOf(last, path);
}

function lineOf(stretch: Stretch, path: string): { text: string; line: number } {
  const text = textOf(stretch, path).replace(/\r$/, "");
  // A byte order mark is no part of the first word.
  return { text: stretch.line === 1 ? text.replace(/^\ufeff/, "") : text, line: stretch.line };
}
