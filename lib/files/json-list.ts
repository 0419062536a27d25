/** Streams a JSON list: finds where each element begins and ends, without parsing it. */
import { UserError } from "../errors";
import { MAX_RECORD_BYTES, type Stretch, tooLong } from "./pieces";

/**
 * Cuts the elements out of a JSON list that comes in pieces, so that a list of any length needs the memory of one element.
 *
 * It knows just enough of JSON to see where an element ends: strings, their escapes, and how deep the brackets are. Every
 * byte of it is ASCII, and no byte of a longer UTF-8 character is, so that a piece may end in the middle of a character.
 * Whether an element is JSON is JSON.parse's to say.
 */
export class JsonListCutter {
  private state: "before" | "inside" | "after" = "before";
  private depth = 0;
  private inString = false;
  private escaped = false;
  private line = 1;
  /** The element that is being read: its bytes in earlier pieces, and where it begins; line 0 = none has begun. */
  private kept: Buffer[] = [];
  private keptBytes = 0;
  private startLine = 0;
  private afterComma = false;
  /** Elements cut so far. */
  count = 0;

  constructor(
    private readonly path: string,
    private readonly limit = MAX_RECORD_BYTES,
  ) {}

  /** The elements that end in this piece. @throws UserError naming the line where the list is not one */
  push(piece: Buffer): Stretch[] {
    const cuts: Stretch[] = [];
    // Where the current element's bytes begin in this piece.
    let start = 0;
    for (let i = 0; i < piece.length; i++) {
      const byte = piece[i];
      if (byte === LINE_FEED) this.line++;
      if (this.inString) this.insideString(byte);
      else if (!isSpace(byte)) {
        const ends = this.depth === 1 && (byte === COMMA || byte === CLOSE_LIST || byte === CLOSE_OBJECT);
        if (ends) this.endElement(byte, piece.subarray(start, i), cuts);
        else if (this.state === "inside" && this.startLine === 0) {
          this.startLine = this.line;
          start = i;
        }
        this.outsideString(byte);
      }
    }
    if (this.startLine > 0) this.keep(piece.subarray(start));
    return cuts;
  }

  /** @throws UserError where the list has not ended */
  end(): undefined {
    if (this.state === "after") return undefined;
    const where =
      this.startLine > 0
        ? `inside record ${this.count + 1}, which begins at line ${this.startLine}`
        : `after ${this.count} records, before the ] of the list`;
    throw new UserError(`${this.path}, line ${this.line}: the file ends ${where}; it was cut, fetch it again.`);
  }

  private insideString(byte: number): void {
    if (this.escaped) this.escaped = false;
    else if (byte === BACKSLASH) this.escaped = true;
    else if (byte === QUOTE) this.inString = false;
  }

  private outsideString(byte: number): void {
    if (this.state === "before") this.openList(byte);
    else if (this.state === "after")
      throw new UserError(`${this.path}, line ${this.line}: there is something after the end of the list.`);
    else if (byte === QUOTE) this.inString = true;
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) this.depth++;
    else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
      this.depth--;
      if (this.depth === 0) this.state = "after";
    }
  }

  private openList(byte: number): void {
    if (byte !== OPEN_LIST) throw new UserError(`${this.path}, line ${this.line}: wanted a JSON list of records.`);
    this.state = "inside";
    this.depth = 1;
  }

  private endElement(byte: number, bytes: Buffer, cuts: Stretch[]): void {
    const nothing = this.startLine === 0;
    if (byte === CLOSE_OBJECT || (nothing && (byte === COMMA || this.afterComma)))
      throw new UserError(
        `${this.path}, line ${this.line}: wanted a record before the ${JSON.stringify(String.fromCharCode(byte))}.`,
      );
    if (!nothing) {
      this.keep(bytes);
      this.count++;
      cuts.push({ bytes: this.kept.length === 1 ? this.kept[0] : Buffer.concat(this.kept), line: this.startLine });
    }
    this.kept = [];
    this.keptBytes = 0;
    this.startLine = 0;
    this.afterComma = byte === COMMA;
  }

  private keep(bytes: Buffer): void {
    this.kept.push(bytes);
    this.keptBytes += bytes.length;
    if (this.keptBytes > this.limit) throw tooLong(this.path, { bytes, line: this.startLine }, this.limit);
  }
}

const LINE_FEED = 0x0a;
const isSpace = (byte: number) => byte === 0x20 || byte === LINE_FEED || byte === 0x0d || byte === 0x09;
const [QUOTE, COMMA, BACKSLASH] = [0x22, 0x2c, 0x5c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
