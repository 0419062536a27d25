/** One long record -> records short enough for the model, spans moved along. */
import type { NerRecord, NerSpan } from "../records";

/**
 * Long passages -> pieces of a few sentences. A passage is cut at sentence ends, never inside a mention; neighbouring
 * sentences stay together as long as they fit. A sentence that is too long by itself is cut where it must be.
 */
export interface SplitOptions {
  /** Sentences are put together up to this many words. */
  maxWords: number;
  /** A single sentence may have this many; a mention at the cut is kept whole, so that a piece may be longer by it. */
  hardMaxWords: number;
  /** A last piece with fewer words stays with the one before it. */
  minWords: number;
}

const SENTENCE_ENDS = new Set([".", "!", "?", "。", "！", "？"]);

/** The pieces of a record, in order; their words are the record's, each once. */
export function splitRecord(record: NerRecord, options: SplitOptions): NerRecord[] {
  if (record.tokens.length <= options.maxWords) return [record];
  return packed(record, options).map(([start, end]) => piece(record, start, end));
}

type Range = [start: number, end: number];

/** Sentences put together: ranges of words, end exclusive. */
function packed(record: NerRecord, { maxWords, hardMaxWords, minWords }: SplitOptions): Range[] {
  const ranges: Range[] = [];
  for (const [start, end] of sentenceRanges(record, hardMaxWords)) {
    const last = ranges.at(-1);
    const tail = end === record.tokens.length && end - start < minWords;
    if (last && (end - last[0] <= maxWords || tail)) last[1] = end;
    else ranges.push([start, end]);
  }
  return ranges;
}

function sentenceRanges({ tokens, ner }: NerRecord, hardMaxWords: number): Range[] {
  const inside = insideMention(tokens.length, ner);
  const ranges: Range[] = [];
  let start = 0;
  for (let end = 1; end <= tokens.length; end++) {
    const ends = end === tokens.length || SENTENCE_ENDS.has(tokens[end - 1]) || end - start >= hardMaxWords;
    if (!ends || inside[end]) continue;
    ranges.push([start, end]);
    start = end;
  }
  return ranges;
}

/** For each word: true where a cut before it would part a mention. */
function insideMention(words: number, ner: readonly NerSpan[]): boolean[] {
  const inside: boolean[] = Array.from({ length: words + 1 }, () => false);
  for (const [start, end] of ner) for (let i = start + 1; i <= end; i++) inside[i] = true;
  return inside;
}

function piece(record: NerRecord, start: number, end: number): NerRecord {
  const ner = record.ner
    .filter(([first, last]) => first >= start && last < end)
    .map(([first, last, type]): NerSpan => [first - start, last - start, type]);
  return { ...record, tokens: record.tokens.slice(start, end), ner };
}
