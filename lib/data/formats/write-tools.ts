/**
 * Records -> the files of annotation tools and of other data sets. A text is the record's words with single spaces between them; offsets
 * are counted as the tool counts them.
 */
import { UserError } from "../../errors";
import { csvCell } from "../../files/csv";
import { absentTypes, type NerRecord } from "../records";
import { unescaped } from "./conll2012";
import type { OffsetKind } from "./offsets/item";
import { spanTags } from "./schemes";
import type { Tally } from "./tally";
import { lines, list, type Writer, withoutAbsent, withoutEmpty } from "./writer";

interface JoinedMention {
  start: number;
  end: number;
  label: string;
  words: string;
}

/** The text of a record and its mentions by characters, end exclusive. */
export function joined(
  { tokens, ner }: NerRecord,
  kind: OffsetKind = "codepoints",
): { text: string; mentions: JoinedMention[] } {
  const length = (word: string) => (kind === "utf16" ? word.length : [...word].length);
  const starts: number[] = [];
  let at = 0;
  for (const token of tokens) {
    starts.push(at);
    at += length(token) + 1;
  }
  const mentions = ner.map(([first, last, label]) => {
    const words = tokens.slice(first, last + 1).join(" ");
    return { start: starts[first], end: starts[first] + length(words), label, words };
  });
  return { text: tokens.join(" "), mentions };
}

/** Writers of the forms that have no place for absent types. */
const told = (text: Writer["text"]): Writer => withoutAbsent(lines(text));
const jsonLine = (value: (record: NerRecord) => object): Writer =>
  told((record) => `${JSON.stringify(value(record))}\n`);
const jsonList = (value: (record: NerRecord) => object): Writer => withoutAbsent(list(value));

export const TOOL_WRITERS = {
  "label-studio": labelStudio,
  doccano: () =>
    jsonLine((record) => {
      const { text, mentions } = joined(record);
      return { text, label: mentions.map(({ start, end, label }) => [start, end, label]) };
    }),
  spacy: () =>
    jsonList((record) => {
      const { text, mentions } = joined(record);
      return [text, { entities: mentions.map(({ start, end, label }) => [start, end, label]) }];
    }),
  prodigy: () => jsonLine(prodigyTask),
  brat,
  hf: () =>
    told(({ tokens, ner }, tally, where) => {
      const tags = spanTags(tokens.length, ner, "iob2", tally, where);
      return `${JSON.stringify({ tokens, ner_tags: tags })}\n`;
    }),
  conll2012: () => ({
    ...withoutEmpty(told(conll2012Sentence)),
    open: "#begin document (records); part 000\n",
    close: "#end document\n",
  }),
  csv: csvTable,
  gliner2: () => lines((record) => `${JSON.stringify(gliner2Line(record))}\n`),
} as const satisfies Record<string, () => Writer>;

function labelStudio(): Writer {
  let id = 0;
  return jsonList((record) => {
    const { text, mentions } = joined(record, "utf16");
    const result = mentions.map(({ start, end, label, words }, i) => {
      const value = { start, end, text: words, labels: [label] };
      return { id: `m${i + 1}`, from_name: "label", to_name: "text", type: "labels", value };
    });
    return { id: ++id, data: { text }, annotations: [{ result, was_cancelled: false, ground_truth: false }] };
  });
}

/** With the words that Prodigy's manual interface wants. */
function prodigyTask(record: NerRecord): object {
  const { text, mentions } = joined(record);
  const places = joined({ tokens: record.tokens, ner: record.tokens.map((_, i) => [i, i, ""]) }).mentions;
  const tokens = places.map(({ start, end, words }, id) => ({
    text: words,
    start,
    end,
    id,
    ws: id < places.length - 1,
  }));
  const spans = mentions.map(({ start, end, label }, i) => {
    const [token_start, token_end] = record.ner[i];
    return { start, end, token_start, token_end, label };
  });
  return { text, tokens, spans, answer: "accept" };
}

/** One document of all records, a line each: what an .ann file holds, with the text beside it. */
function brat(): Writer {
  let offset = 0;
  let number = 0;
  return {
    ...told((record, _, where) => {
      const { text, mentions } = joined(record);
      const rows = mentions.map(({ start, end, label, words }) => {
        if (/\s/.test(label)) throw cannotStand(label, where);
        return `T${++number}\t${label} ${offset + start} ${offset + end}\t${words}\n`;
      });
      offset += [...text].length + 1;
      return rows.join("");
    }),
    beside: { of: ".ann", ending: ".txt", text: ({ tokens }) => `${tokens.join(" ")}\n` },
  };
}

const ESCAPED: Record<string, string> = {
  "(": "-LRB-",
  ")": "-RRB-",
  "[": "-LSB-",
  "]": "-RSB-",
  "{": "-LCB-",
  "}": "-RCB-",
};

/** Twelve columns, of which the words and the names say something. */
function conll2012Sentence({ tokens, ner }: NerRecord, tally: Tally, where: string): string {
  const bad = [...tokens, ...ner.map(([, , label]) => label)].find((cell) => cell === "" || /\s/.test(cell));
  if (bad !== undefined) throw cannotStand(bad, where);
  const signed = ner.find(([, , label]) => /[()*]/.test(label));
  if (signed)
    throw new UserError(
      `${where}: the type ${JSON.stringify(signed[2])} holds a sign of the names' column; write another format, or rename it with --label-map.`,
    );
  const tags = spanTags(tokens.length, ner, "iobes", tally, where);
  const rows = tokens.map((token, i) => {
    const [prefix, label] = [tags[i][0], tags[i].slice(2)];
    const name = { B: `(${label}*`, S: `(${label})`, E: "*)" }[prefix] ?? "*";
    const written = ESCAPED[token] ?? token;
    tally.repair("word_respelled", where, unescaped(written) === token ? 0 : 1);
    return `records 0 ${i} ${written} - * - - - - ${name} -\n`;
  });
  return `${rows.join("")}\n`;
}

/** A mention a row; a text without mentions is a row with empty cells. */
function csvTable(): Writer {
  let id = 0;
  const row = (cells: readonly (string | number)[]) => `${cells.map((cell) => csvCell(String(cell))).join(",")}\n`;
  return {
    ...told((record) => {
      const { text, mentions } = joined(record);
      id++;
      if (mentions.length === 0) return row([id, text, "", "", "", ""]);
      return mentions.map(({ start, end, label, words }) => row([id, text, start, end, label, words])).join("");
    }),
    open: row(["id", "text", "start", "end", "label", "mention"]),
  };
}

function gliner2Line(record: NerRecord): object {
  const { text, mentions } = joined(record);
  const entities = new Map<string, Set<string>>();
  for (const { label, words } of mentions) entities.set(label, (entities.get(label) ?? new Set()).add(words));
  for (const type of absentTypes(record)) entities.set(type, new Set());
  return {
    input: text,
    output: { entities: Object.fromEntries([...entities].map(([type, words]) => [type, [...words]])) },
  };
}

function cannotStand(cell: string, where: string): UserError {
  return new UserError(`${where}: ${JSON.stringify(cell)} cannot stand between spaces; write another format.`);
}
