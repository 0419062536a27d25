import { UserError } from "../errors";
import type { BioColumns } from "./manifest";
import type { NerRecord, NerSpan } from "./records";

/**
 * BIO columns -> records: one word and its tag a line, a blank line between sentences (Ramshaw & Marcus 1995, IOB2).
 *
 * `B-x` opens a mention, `I-x` continues one of the same type. An `I-x` with nothing to continue (after `O`, after another
 * type, at the start of a sentence) opens a mention, as CoNLL's scorer and seqeval's default mode read it. None of the
 * seven test files has such a tag, so on them every repair rule gives the same spans.
 */

export interface BioOptions {
  columns: BioColumns;
  /** Raw tag (without B- or I-) -> name of the type; a tag that is not listed is an error. */
  labels: Readonly<Record<string, string>>;
  /** Named in errors, such as a file's name. */
  where: string;
}

/** A mention that the next line may continue. */
interface OpenMention {
  start: number;
  tag: string;
}

/**
 * All sentences of a BIO text, in order; empty ones (blank line after blank line) do not count.
 * @throws UserError naming the line: not two columns, a tag that is neither O, B-x nor I-x, a type without a name
 */
export function parseBio(text: string, options: BioOptions): NerRecord[] {
  const records: NerRecord[] = [];
  let sentence = new SentenceReader(options.labels);
  const close = () => {
    if (sentence.words > 0) records.push(sentence.finish());
    sentence = new SentenceReader(options.labels);
  };
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "") close();
    else sentence.add(line, options.columns, `${options.where}, line ${i + 1}`);
  }
  close();
  return records;
}

class SentenceReader {
  private readonly tokens: string[] = [];
  private readonly ner: NerSpan[] = [];
  private open: OpenMention | undefined;

  constructor(private readonly labels: Readonly<Record<string, string>>) {}

  get words(): number {
    return this.tokens.length;
  }

  add(line: string, columns: BioColumns, where: string): void {
    const cells = line.split("\t");
    if (cells.length !== 2 || cells.some((cell) => cell.trim() === ""))
      throw new UserError(`${where}: ${JSON.stringify(line)} is not a word and its tag with a tab between them.`);
    const [word, tag] = columns === "token tag" ? cells : [cells[1], cells[0]];
    const { prefix, type } = this.readTag(tag, where);
    if (prefix !== "I" || this.open?.tag !== type) {
      this.closeMention();
      if (prefix !== "O") this.open = { start: this.tokens.length, tag: type };
    }
    this.tokens.push(word);
  }

  finish(): NerRecord {
    this.closeMention();
    return { tokens: this.tokens, ner: this.ner };
  }

  private readTag(tag: string, where: string): { prefix: "B" | "I" | "O"; type: string } {
    if (tag === "O") return { prefix: "O", type: "" };
    const type = tag.slice(2);
    if (!/^[BI]-./.test(tag)) throw new UserError(`${where}: the tag ${JSON.stringify(tag)} is not O, B-x or I-x.`);
    if (!Object.hasOwn(this.labels, type)) {
      const known = Object.keys(this.labels).join(", ");
      throw new UserError(`${where}: the tag "${type}" has no name; wanted one of ${known}.`);
    }
    return { prefix: tag.startsWith("B") ? "B" : "I", type };
  }

  /** Ends the open mention at the last word read. */
  private closeMention(): void {
    if (this.open) this.ner.push([this.open.start, this.tokens.length - 1, this.labels[this.open.tag]]);
    this.open = undefined;
  }
}
