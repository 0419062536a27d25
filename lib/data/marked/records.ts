/** Marked lines -> records: the words are the model's, or those of `Intl.Segmenter` for scripts without spaces. */
import { UserError } from "../../errors";
import { splitWords, type Word } from "../../text/words";
import type { NerRecord, NerSpan } from "../records";
import { type MarkedText, type Mention, parseMarked } from "./parse";

/**
 * Text -> words; `intl` cuts Chinese, Japanese or Thai, which the model's own splitter takes for one word a clause. Releases of
 * Node cut such scripts differently, so a mention's edges always part words there.
 */
export type WordSplitter = "model" | "intl";

/** One annotated line. @throws UserError like `parseMarked`, and where a mention does not begin and end with a word */
export function markedRecord(line: string, where: string, splitter: WordSplitter = "model"): NerRecord {
  return recordOf(parseMarked(line, where), where, splitter);
}

/** @throws UserError where a mention does not begin and end with a word */
export function recordOf({ text, mentions, absent }: MarkedText, where: string, splitter: WordSplitter): NerRecord {
  const words = splitter === "intl" ? segments(text, mentions) : splitWords(text);
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

const SEGMENTER = new Intl.Segmenter("zh", { granularity: "word" });

function segments(text: string, mentions: readonly Mention[]): Word[] {
  const edges = mentions.flatMap(({ start, end }) => [start, end]);
  const begins = Array.from(SEGMENTER.segment(text), ({ index }) => index);
  const cuts = [...new Set([...begins, ...edges, text.length])].sort((a, b) => a - b);
  const words = cuts.slice(1).map((end, i) => ({ text: text.slice(cuts[i], end), start: cuts[i], end }));
  return words.filter((word) => word.text.trim() !== "");
}
