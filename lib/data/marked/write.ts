/** Texts and records -> lines in the marked form, to be corrected by hand and read again. */
import { UserError } from "../../errors";
import { absentTypes, type NerRecord, type NerSpan } from "../records";
import type { MarkedText, Mention } from "./parse";

/**
 * One line without its line feed; line breaks of the text become spaces.
 * @param where named in errors
 * @throws UserError where a mention crosses another, or a type holds a sign of the form
 */
export function markedLine({ text, mentions, absent }: MarkedText, where: string): string {
  const body = new Brackets(text, where).around(mentions).replace(/\r?\n|\r/g, " ");
  const line = body.startsWith("#") ? `\\${body}` : body;
  if (absent.length === 0) return line;
  return `${line} /// no: ${absent.map((type) => checkedType(type, where, "|[]\r\n,")).join(", ")}`;
}

/** A record's words with single spaces between them; types that were asked for and not found are absent ones. */
export function markedRecordLine(record: NerRecord, where: string): string {
  const { tokens, ner } = record;
  const starts: number[] = [];
  let at = 0;
  for (const token of tokens) {
    starts.push(at);
    at += token.length + 1;
  }
  const mentions = ner.map(([first, last, label]) => {
    return { start: starts[first], end: starts[last] + tokens[last].length, label };
  });
  return markedLine({ text: tokens.join(" "), mentions, absent: absentTypes(record) }, where);
}

/** Without the mentions that cross an earlier or longer one; of equal words the order counts. */
export function withoutCrossing(ner: readonly NerSpan[]): NerSpan[] {
  const kept: NerSpan[] = [];
  for (const span of ner.slice().sort((a, b) => a[0] - b[0] || b[1] - a[1]))
    if (!kept.some(([first, last]) => first < span[0] && span[0] <= last && last < span[1])) kept.push(span);
  return kept;
}

/** Writes a text from left to right, with a bracket where a mention begins and one where it ends. */
class Brackets {
  private written = "";
  private at = 0;
  private readonly open: Mention[] = [];

  constructor(
    private readonly text: string,
    private readonly where: string,
  ) {}

  around(mentions: readonly Mention[]): string {
    for (const mention of mentions.slice().sort((a, b) => a.start - b.start || b.end - a.end)) {
      this.closeUpTo(mention.start);
      this.begin(mention);
    }
    this.closeUpTo(Number.POSITIVE_INFINITY);
    this.copyTo(this.text.length);
    return this.written;
  }

  private begin(mention: Mention): void {
    const outer = this.open.at(-1);
    if (outer && outer.end < mention.end)
      throw new UserError(
        `${this.where}: "${this.words(outer)}" and "${this.words(mention)}" cross, and brackets cannot; wanted one inside the other or apart.`,
      );
    this.copyTo(mention.start);
    this.written += "[[";
    this.open.push(mention);
  }

  private closeUpTo(place: number): void {
    for (let last = this.open.at(-1); last && last.end <= place; last = this.open.at(-1)) {
      this.copyTo(last.end);
      this.written += `|${checkedType(last.label, this.where)}]]`;
      this.open.pop();
    }
  }

  private copyTo(place: number): void {
    this.written += escaped(this.text.slice(this.at, place));
    this.at = place;
  }

  private words({ start, end }: Mention): string {
    return this.text.slice(start, end);
  }
}

const escaped = (text: string) => text.replace(/[[\]|\\]|\/\/\/(?= no:)/g, "\\$&");

function checkedType(type: string, where: string, signs = "|[]\r\n"): string {
  if (type.trim() === type && type !== "" && ![...signs].some((sign) => type.includes(sign))) return type;
  const wanted = "some text without spaces at its ends and without the signs of the marked form";
  throw new UserError(`${where}: the type "${type}" cannot stand there, wanted ${wanted}.`);
}
