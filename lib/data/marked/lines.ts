/** Lines of a marked file, one after the other, with what its remarks say: `# domain: NAME` and `# words: intl`. */
import { basename } from "node:path";
import type { TextSplitter } from "../../text/reading";
import type { NerRecord } from "../records";
import { type MarkedText, parseMarked } from "./parse";
import { recordOf } from "./records";

/** A text, the record that it makes, and where it stands. */
export interface MarkedLine extends MarkedText {
  record: NerRecord;
  /** "news-01.txt, line 7" */
  where: string;
}

export class MarkedLines {
  private splitter: TextSplitter = "gliner";
  private domain: string | undefined;

  /** @param name of the file, as errors are to name it; `<domain>-NN.txt` says the texts' domain, their `src` */
  constructor(private readonly name: string) {
    this.domain = domainOf(name);
  }

  /**
   * One line, without its line feed; undefined for a remark or an empty one. Remarks hold for the lines below them.
   * @throws UserError like `parseMarked` and `recordOf`
   */
  read(line: string, number: number): MarkedLine | undefined {
    if (line.startsWith("#")) this.remark(line);
    if (line.startsWith("#") || line.trim() === "") return undefined;
    const where = `${this.name}, line ${number}`;
    const marked = parseMarked(line, where);
    const record = recordOf(marked, where, this.splitter);
    return { ...marked, record: this.domain ? { ...record, src: this.domain } : record, where };
  }

  private remark(line: string): void {
    const domain = /^# domain: (.+)$/.exec(line);
    if (domain) this.domain = domain[1].trim();
    if (line.trim() === "# words: intl") this.splitter = "intl";
  }
}

/** What `<domain>-NN.txt` says. */
export function domainOf(name: string): string | undefined {
  return /^([a-z]+(?:-[a-z]+)*)-\d\d\.txt$/.exec(basename(name))?.[1];
}

/** All texts of a source that is in memory. */
export function markedLines(source: string, name: string): MarkedLine[] {
  const reader = new MarkedLines(name);
  return source.split(/\r?\n/).flatMap((line, i) => reader.read(line, i + 1) ?? []);
}
