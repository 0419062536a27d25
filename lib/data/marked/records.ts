/** Marked lines -> records: the words are the model's, or those of `Intl.Segmenter` for scripts without spaces. */
import { UserError } from "../../errors";
import { splitBy, type TextSplitter } from "../../text/reading";
import type { NerRecord, NerSpan } from "../records";
import { type MarkedText, parseMarked } from "./parse";

/**
 * One annotated line. Releases of Node cut scripts without spaces differently, so with "intl" a mention's edges always part words there.
 * @throws UserError like `parseMarked`, and where a mention does not begin and end with a word
 */
export function markedRecord(line: string, where: string, splitter: TextSplitter = "gliner"): NerRecord {
  return recordOf(parseMarked(line, where), where, splitter);
}

/** @throws UserError where a mention does not begin and end with a word */
export function recordOf({ text, mentions, absent }: MarkedText, where: string, splitter: TextSplitter): NerRecord {
  const edges = mentions.flatMap(({ start, end }) => [start, end]);
  const words = splitBy(splitter, text, edges);
  const ner = mentions.map(({ start, end, label }): NerSpan => {
    const first = words.findIndex((word) => word.start === start);
    const last = words.findIndex((word) => word.end === end);
    if (first < 0 || last < first)
      throw new UserError(`${where}: "${text.slice(start, end)}" does not begin and end where words do.`);
    return [first, last, label];
  });
  const record = { tokens: words.map((word) => word.text), ner };
  return absent.length > 0 ? { ...record, negatives: absent } : record;
}
