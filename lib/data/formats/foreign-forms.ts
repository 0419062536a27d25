/** Files that look like columns of words and tags and are another known form: named, instead of read as nonsense. */
import { fileLines } from "../../files/lines";
import type { ReadOptions } from "../../files/pieces";

/** A form that no reader of columns understands. @see foreignForm */
interface ForeignForm {
  name: string;
  /** What to do instead, as the end of a sentence. */
  instead: string;
  /** @param lines the first ones that are not blank, at least one */
  fits(lines: readonly string[]): boolean;
}

const OFFSETS = 'write its sentences as {"text", "label": [[start, end, type]]} and read them --from doccano';
const COLUMNS = "write a word, a tab and its tag (B-person, O) a line";

const cells = (line: string) => line.trim().split(/\t| +/);
/** A share of lines that a stray remark does not spoil. */
const most = (lines: readonly string[], fits: (line: string) => boolean) =>
  lines.filter(fits).length >= 0.8 * lines.length;

const isBracket = (cell: string | undefined) => cell !== undefined && /^(\([A-Z_]+\*?\)?|\*\)?)$/.test(cell);
const commas = (line: string) => line.replace(/"(?:[^"]|"")*"/g, "").split(",").length - 1;

const FORMS: readonly ForeignForm[] = [
  {
    name: "brat's standoff (.ann)",
    instead: "read it --from brat, with its .txt beside it",
    fits: (lines) =>
      most(lines, (line) => /^([TREAMN]\d+|\*|#\d+)\t/.test(line)) &&
      lines.some((line) => /^T\d+\t\S+ \d+ \d+/.test(line)),
  },
  {
    name: "CoNLL-2012 (OntoNotes), which marks names with brackets",
    instead: "read it --from conll2012",
    fits: (lines) =>
      lines.some((line) => line.startsWith("#begin document")) ||
      most(lines, (line) => cells(line).length >= 11 && isBracket(cells(line)[10])) ||
      (most(lines, (line) => cells(line).length > 1 && isBracket(cells(line).at(-1))) &&
        lines.some((line) => cells(line).at(-1)?.startsWith("("))),
  },
  {
    name: "CoNLL-U (Universal Dependencies), which marks no names",
    instead: COLUMNS,
    fits: (lines) =>
      most(
        lines.filter((line) => !line.startsWith("#")),
        (line) => /^\d+([-.]\d+)?\t/.test(line) && line.split("\t").length === 10,
      ) && lines.some((line) => /^\d+\t/.test(line)),
  },
  { name: "WebAnno's TSV", instead: "export it as CoNLL-2002", fits: ([first]) => first.startsWith("#FORMAT=WebAnno") },
  { name: "PubTator", instead: OFFSETS, fits: ([first]) => /^\d+\|[ta]\|/.test(first) },
  { name: "XML or HTML", instead: COLUMNS, fits: ([first]) => /^\s*<[?!A-Za-z].*>\s*$/.test(first) },
  {
    name: "JSON",
    instead:
      "read it --from the tool that wrote it: gliner, pile-ner, instruct, label-studio, doccano, spacy, prodigy, hf",
    fits: ([first]) => /^\s*(\{\s*("|$)|\[\s*([{[]|$))/.test(first),
  },
  {
    name: "CSV",
    instead: "read it --from csv",
    fits: (lines) =>
      commas(lines[0]) > 0 &&
      lines.every((line) => commas(line) === commas(lines[0]) && !/\t|\s(O|[BIESLU]-\S+)$/.test(line)),
  },
];

const HEAD = 50;

/** The form that these lines are of, as a part of a sentence; undefined where it is none of those. */
export function foreignForm(lines: readonly string[]): string | undefined {
  const full = lines.filter((line) => line.trim() !== "").slice(0, HEAD);
  const form = full.length > 0 ? FORMS.find(({ fits }) => fits(full)) : undefined;
  return form && `this looks like ${form.name}; ${form.instead}`;
}

/** The same of a file. @throws UserError where it cannot be read */
export async function foreignFile(path: string, options: ReadOptions): Promise<string | undefined> {
  const lines: string[] = [];
  for await (const { text } of fileLines(path, options)) {
    if (text.trim() !== "") lines.push(text);
    if (lines.length >= HEAD) break;
  }
  return foreignForm(lines);
}
