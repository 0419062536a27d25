import { UserError } from "../errors";
import { splitWords } from "../text/words";
import type { NerRecord, NerSpan } from "./records";

/**
 * Inline annotation, for sentences written by hand: `[[University of [[Oslo|city]]|university]] opened.` A mention is
 * `[[words|type]]` and may hold others. `# domain: NAME` names the `src` of the sentences below it; other lines that begin with
 * `#` are remarks.
 */
export function inlineRecords(source: string, where: string): NerRecord[] {
  const records: NerRecord[] = [];
  let domain: string | undefined;
  source.split(/\r?\n/).forEach((line, i) => {
    const heading = /^# domain: (.+)$/.exec(line);
    if (heading) domain = heading[1].trim();
    if (line.trim() === "" || line.startsWith("#")) return;
    const record = inlineRecord(line, `${where}, line ${i + 1}`);
    records.push(domain ? { ...record, src: domain } : record);
  });
  return records;
}

/** One annotated sentence. @throws UserError where a bracket is open or a mention does not begin and end with a word */
export function inlineRecord(line: string, where: string): NerRecord {
  const { text, mentions } = parseInline(line, where);
  const words = splitWords(text);
  const ner = mentions.map(({ start, end, label }): NerSpan => {
    const first = words.findIndex((word) => word.start === start);
    const last = words.findIndex((word) => word.end === end);
    if (first < 0 || last < first)
      throw new UserError(`${where}: "${text.slice(start, end)}" does not begin and end where words do.`);
    return [first, last, label];
  });
  return { tokens: words.map((word) => word.text), ner };
}

interface Mention {
  /** Characters of the text, end exclusive. */
  start: number;
  end: number;
  label: string;
}

/** Takes the brackets out: the bare text, and the mentions in the order in which they begin, outer ones first. */
export function parseInline(line: string, where: string): { text: string; mentions: Mention[] } {
  let text = "";
  const open: number[] = [];
  const mentions: Mention[] = [];
  for (let i = 0; i < line.length; ) {
    const closing = open.length ? /^\|([^|[\]]+)\]\]/.exec(line.slice(i)) : null;
    if (line.startsWith("[[", i)) {
      open.push(text.length);
      i += 2;
    } else if (closing) {
      mentions.push({ start: open.pop() as number, end: text.length, label: closing[1].trim() });
      i += closing[0].length;
    } else text += line[i++];
  }
  if (open.length || text.includes("]]"))
    throw new UserError(`${where}: a bracket has no partner, wanted [[words|type]].`);
  return { text, mentions: mentions.sort((a, b) => a.start - b.start || b.end - a.end) };
}

/** The parts that recipes name. */
export type SamplePart = "train" | "dev" | "test";

/** Which part a sentence belongs to: of each domain every sixth is for tests, every sixth for development. */
export function samplePart(indexInDomain: number): SamplePart {
  return indexInDomain % 6 === 5 ? "test" : indexInDomain % 6 === 2 ? "dev" : "train";
}

/** The files of data/sample: name -> JSON lines. */
export function sampleFiles(records: readonly NerRecord[]): Record<string, string> {
  const seen = new Map<string | undefined, number>();
  const parts: Record<SamplePart, NerRecord[]> = { train: [], dev: [], test: [] };
  for (const record of records) {
    const index = seen.get(record.src) ?? 0;
    seen.set(record.src, index + 1);
    parts[samplePart(index)].push(record);
  }
  const lines = (list: readonly NerRecord[]) => list.map((record) => `${JSON.stringify(record)}\n`).join("");
  const named = Object.entries(parts).map(([name, list]) => [`${name}.jsonl`, lines(list)]);
  return Object.fromEntries([["sample.jsonl", lines(records)], ...named]);
}
