/**
 * CoNLL-2012 (OntoNotes): a word a line in at least twelve columns, names as brackets in the eleventh: `(PERSON*`, `*`, `*)`, `(GPE)`.
 * Of the other layers only the words are read.
 */
import { UserError } from "../../errors";
import { quote } from "../../files/json-object";
import { fileLines } from "../../files/lines";
import type { ReadOptions } from "../../files/pieces";
import type { NerSpan, PlacedRecord } from "../records";
import type { Tally } from "./tally";

const WORD = 3;
const NAMES = 10;
const LEAST = 12;

/** @throws UserError naming file and line: too few columns, a bracket without a partner, a file whose words are left out */
export async function* readConll2012(path: string, options: ReadOptions, tally: Tally): AsyncGenerator<PlacedRecord> {
  let sentence: Sentence | undefined;
  for await (const { text, line } of fileLines(path, options)) {
    const where = `${path}, line ${line}`;
    if (text.trim() === "" || text.startsWith("#")) {
      if (sentence) yield sentence.finished(tally);
      sentence = undefined;
    } else {
      sentence ??= new Sentence(where);
      sentence.add(text.trim().split(/\s+/), tally, where);
    }
  }
  if (sentence) yield sentence.finished(tally);
}

class Sentence {
  private readonly tokens: string[] = [];
  private readonly ner: NerSpan[] = [];
  private readonly open: { start: number; label: string }[] = [];

  constructor(private readonly where: string) {}

  add(cells: readonly string[], tally: Tally, where: string): void {
    if (cells.length < LEAST)
      throw new UserError(`${where} has ${cells.length} columns, wanted at least ${LEAST}, the names in the eleventh.`);
    const word = unescaped(cells[WORD]);
    if (word === "[WORD]")
      throw new UserError(
        `${where}: its words are left out ([WORD]); wanted files with words, as skeleton2conll makes them.`,
      );
    if (word !== cells[WORD]) tally.repair("word_unescaped", where);
    this.tokens.push(word);
    this.brackets(cells[NAMES], where);
    tally.repair("coreference_not_held", where, (cells.at(-1) ?? "").split("(").length - 1);
  }

  finished(tally: Tally): PlacedRecord {
    if (this.open.length > 0) throw new UserError(`${this.where}: a name of this sentence never ends.`);
    const { tokens } = this;
    const ner = this.ner.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
    tally.asked += ner.length;
    tally.found += ner.length;
    return { record: { tokens, ner }, where: this.where };
  }

  private brackets(cell: string, where: string): void {
    const here = this.tokens.length - 1;
    for (const [mark, label] of cell.matchAll(/\(([^()*]+)|\)|[^()*]+/g)) {
      if (label) this.open.push({ start: here, label });
      else {
        const last = mark === ")" ? this.open.pop() : undefined;
        if (!last) throw new UserError(`${where}: ${quote(cell)} is no cell of names; wanted (NAME*, *, *) or (NAME).`);
        this.ner.push([last.start, here, last.label]);
      }
    }
  }
}

/** The Treebank's spelling of brackets and of marks behind a stroke. */
const ESCAPES: Record<string, string> = {
  "-LRB-": "(",
  "-RRB-": ")",
  "-LSB-": "[",
  "-RSB-": "]",
  "-LCB-": "{",
  "-RCB-": "}",
  "``": '"',
  "''": '"',
};

export function unescaped(word: string): string {
  if (Object.hasOwn(ESCAPES, word)) return ESCAPES[word];
  return /^\/[.?!-]$/.test(word) ? word.slice(1) : word;
}
