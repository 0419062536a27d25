/** Records -> any format that can be written, by the format's name. */
import { UserError } from "../../errors";
import { markedRecordLine, withoutCrossing } from "../marked/write";
import { absentTypes, type NerRecord, recordLine } from "../records";
import { type Scheme, spanTags } from "./schemes";
import { Tally } from "./tally";
import { joined, TOOL_WRITERS } from "./write-tools";
import { lines, list, type Writer, withoutAbsent, withoutEmpty } from "./writer";

/** The formats that can be written: each makes a writer for one file. */
export const WRITERS = {
  records: () => lines((record) => `${recordLine(record)}\n`),
  gliner: () => lines((record) => `${JSON.stringify(pythonRecord(record))}\n`),
  "gliner-list": () => list(pythonRecord),
  "pile-ner": () => list(conversation),
  instruct: () => withoutAbsent(list(instructItem)),
  marked: () => withoutEmpty(lines(markedText)),
  bio: () => columns("iob2"),
  iob1: () => columns("iob1"),
  iobes: () => columns("iobes"),
  bilou: () => columns("bilou"),
  bmes: () => columns("bmes"),
  io: () => columns("io"),
  ...TOOL_WRITERS,
} as const satisfies Record<string, () => Writer>;

export type WriterName = keyof typeof WRITERS;

function columns(scheme: Scheme): Writer {
  return withoutEmpty(withoutAbsent(lines(columnWriter(scheme))));
}

/**
 * One record as BIO lines, for a reader's own texts.
 * @throws UserError where two mentions share a word, which one tag a word cannot say, or a word cannot stand in a column
 */
export function bioLines(record: NerRecord): string {
  const tally = new Tally();
  const text = WRITERS.bio().text(record, tally, "the record");
  const lost = tally.repairs.find(({ repair }) => repair === "overlap_not_written");
  if (lost) throw new UserError(`the record has ${lost.meaning} (${lost.count} such); BIO needs flat mentions.`);
  return text;
}

function markedText(record: NerRecord, tally: Tally, where: string): string {
  const ner = withoutCrossing(record.ner);
  tally.repair("crossing_not_written", where, record.ner.length - ner.length);
  return `${markedRecordLine({ ...record, ner }, where)}\n`;
}

/** Under Python's names; the negatives under the name they came with (process_pilener.py: `negative`). */
function pythonRecord({ tokens, ner, labels, negatives, negativesKey = "ner_negatives" }: NerRecord): object {
  return { tokenized_text: tokens, ner, ner_labels: labels, ...(negatives && { [negativesKey]: negatives }) };
}

/** One question for each type, in the order of first appearance; a mention that stands several times is named once. */
function conversation(record: NerRecord, where: string): object {
  const { tokens, ner } = record;
  const mentions = new Map<string, Set<string>>();
  for (const [start, end, type] of ner) {
    const known = mentions.get(type) ?? new Set<string>();
    mentions.set(type, known.add(tokens.slice(start, end + 1).join(" ")));
  }
  for (const type of absentTypes(record)) mentions.set(type, new Set());
  const human = (value: string) => ({ from: "human", value });
  const gpt = (value: string) => ({ from: "gpt", value });
  const questions = [...mentions].flatMap(([type, names]) => [
    human(`What describes ${type} in the text?`),
    gpt(JSON.stringify([...names])),
  ]);
  const text = [human(`Text: ${tokens.join(" ")}`), gpt("I've read this text.")];
  return { id: where, conversations: [...text, ...questions] };
}

/** InstructUIE's: positions in code points, as Python counts. */
function instructItem(record: NerRecord): object {
  const { text, mentions } = joined(record);
  const entities = mentions.map(({ start, end, label, words }) => ({ name: words, type: label, pos: [start, end] }));
  return { sentence: text, entities };
}

/** A word and its tag a line, a tab between them, a blank line behind every sentence. */
function columnWriter(scheme: Scheme): Writer["text"] {
  return ({ tokens, ner }, tally, where) => {
    const types = ner.map(([, , type]) => type);
    // Readers take off a byte order mark and white space, pass -DOCSTART- over, and see no type, or a prefix, in these bare tags.
    const bad =
      [...tokens, ...types].find((cell) => cell.trim() === "" || /[\t\n\r]|^\ufeff|^-DOCSTART-/.test(cell)) ??
      types.find((type) => type.trim() !== type || (scheme === "io" && /^(O|I-.+)$/s.test(type)));
    if (bad !== undefined)
      throw new UserError(`${where}: ${JSON.stringify(bad)} cannot stand in a column; write another format.`);
    const tags = spanTags(tokens.length, ner, scheme, tally, where);
    return `${tokens.map((token, i) => `${token}\t${tags[i]}\n`).join("")}\n`;
  };
}
