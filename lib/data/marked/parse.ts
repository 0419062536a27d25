/**
 * The marked form, for texts annotated by hand: `The [[University of [[Oslo|city]]|university]] opened. /// no: train, river`.
 * A mention is `[[words|type]]` and may hold others; ` /// no:` at the end names types that are absent. A backslash before `[`, `]`,
 * `|`, `\` or `/// no:`, and before `#` at the start of a line, stands for that character itself.
 */
import { UserError } from "../../errors";

export interface Mention {
  /** UTF-16 units of the text, end exclusive. */
  start: number;
  end: number;
  label: string;
}

/** A line without its marks. */
export interface MarkedText {
  text: string;
  /** In the order in which they begin, outer ones first. */
  mentions: Mention[];
  /** Types known to be absent. */
  absent: string[];
}

/** @throws UserError where a bracket has no partner, a type is empty, or the list of absent types is */
export function parseMarked(line: string, where: string): MarkedText {
  const { body, absent } = cutAbsent(line, where);
  const marks = new Marks(where);
  const start = body.startsWith("\\#") ? 1 : 0;
  for (let i = start; i < body.length; ) i += marks.take(body, i);
  return { ...marks.close(), absent };
}

const ABSENT = /\s+\/\/\/ no:(.*)$/;
const ESCAPED = /^\\(?:[[\]|\\]|\/(?=\/\/ no:))/;
const CLOSING = /^\|([^|[\]]*)\]\]/;

function cutAbsent(line: string, where: string): { body: string; absent: string[] } {
  const found = ABSENT.exec(line);
  if (!found) return { body: line, absent: [] };
  const absent = found[1].split(",").map((type) => type.trim());
  if (absent.includes("")) throw new UserError(`${where}: "/// no:" wants types with a comma between them.`);
  return { body: line.slice(0, found.index), absent };
}

/** The state of a line that is read from left to right. */
class Marks {
  private text = "";
  private readonly open: number[] = [];
  private readonly mentions: Mention[] = [];

  constructor(private readonly where: string) {}

  /** Reads what begins at `i`. @returns how many characters it was */
  take(body: string, i: number): number {
    const rest = body.slice(i);
    if (ESCAPED.test(rest)) return this.literal(rest[1], 2);
    if (rest.startsWith("[[")) return this.begin();
    const closing = CLOSING.exec(rest);
    if (closing && this.open.length > 0) return this.end(closing);
    if (rest.startsWith("]]")) this.refuse();
    return this.literal(rest[0], 1);
  }

  close(): Omit<MarkedText, "absent"> {
    if (this.open.length > 0) this.refuse();
    return { text: this.text, mentions: this.mentions.sort((a, b) => a.start - b.start || b.end - a.end) };
  }

  private literal(character: string, length: number): number {
    this.text += character;
    return length;
  }

  private begin(): number {
    this.open.push(this.text.length);
    return 2;
  }

  private end([whole, type]: RegExpExecArray): number {
    const label = type.trim();
    if (label === "") throw new UserError(`${this.where}: a mention has no type, wanted [[words|type]].`);
    this.mentions.push({ start: this.open.pop() as number, end: this.text.length, label });
    return whole.length;
  }

  private refuse(): never {
    throw new UserError(
      `${this.where}: a bracket has no partner, wanted [[words|type]], or \\[ and \\] for the signs.`,
    );
  }
}
