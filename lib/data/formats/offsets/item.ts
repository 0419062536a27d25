/**
 * A text with mentions by their characters -> records of words: what Label Studio, doccano, spaCy, Prodigy, brat and a table hold. Edges
 * are mapped by rule, and whatever moved or could not be placed is counted.
 */
import { ComposedText } from "../../../text/compose";
import { splitBy, type WordSplitter } from "../../../text/reading";
import { sentenceStarts } from "../../../text/sentences";
import type { Word } from "../../../text/words";
import type { NerRecord, NerSpan } from "../../records";
import { unitOffsets } from "../instruct";
import type { Tally } from "../tally";

/** A text and its mentions as a tool exports them. */
export interface OffsetItem {
  text: string;
  mentions: OffsetMention[];
  /** Types that are known to be absent. */
  negatives?: string[];
}

/** A stretch of the text with its type. */
export interface OffsetMention {
  /** Characters as `offsets` counts them, end exclusive. */
  start: number;
  end: number;
  label: string;
  /** The words that the file says stand there: where they disagree with the offsets in one way of counting and not in the other, they decide. */
  stated?: string;
}

/** How characters are counted: Python's code points, or JavaScript's UTF-16 units, of which an emoji has two. */
export const OFFSET_KINDS = ["codepoints", "utf16"] as const;
export type OffsetKind = (typeof OFFSET_KINDS)[number];

/** What happens to a mention that does not begin and end where words do, under the names of spaCy's `alignment_mode`. */
export const ALIGNMENTS = ["expand", "contract", "strict"] as const;
export type Alignment = (typeof ALIGNMENTS)[number];

/** How characters become words. */
export interface OffsetOptions {
  offsets?: OffsetKind;
  /** "expand" (default): the mention takes the whole of the words that it touches. "contract": only words that lie inside. "strict": it is left out. */
  align?: Alignment;
  /** Default "gliner", as predictions have them. */
  words?: WordSplitter;
  /** Compose letters and their accents (NFC), as predictions do. Default true. */
  nfc?: boolean;
  /** A record a sentence; sentences that a mention crosses stay together. Default: a record a text. */
  sentences?: boolean;
}

/** A stretch of the text that is read. */
interface Stretch {
  start: number;
  end: number;
}

/** The records of a text: one, or one a sentence. */
export function offsetRecords(item: OffsetItem, options: OffsetOptions, tally: Tally, where: string): NerRecord[] {
  const { nfc = true, words: splitter = "gliner", align = "expand" } = options;
  const composed = nfc ? new ComposedText(item.text) : undefined;
  if (composed && composed.changes > 0) tally.repair("composed", where);
  const places = placesOf(item, options.offsets ?? "codepoints", composed, tally, where);
  const text = composed?.text ?? item.text;
  const words = splitBy(
    splitter,
    text,
    places.flatMap(({ start, end }) => [start, end]),
  );
  const ner = new Map<string, NerSpan>();
  for (const { label, ...stretch } of places) {
    const span = wordsAt(words, stretch, align, tally, where);
    if (!span) continue;
    tally.found++;
    const key = `${span.join(" ")} ${label}`;
    tally.repair("duplicate_dropped", where, ner.has(key) ? 1 : 0);
    ner.set(key, [...span, label]);
  }
  const record = { tokens: words.map((word) => word.text), ner: [...ner.values()], ...negativesOf(item) };
  return options.sentences ? sentencesOf(record, sentenceStarts(text, words)) : [record];
}

const negativesOf = ({ negatives = [] }: OffsetItem) => (negatives.length > 0 ? { negatives } : {});

/** Where the mentions stand in the text that is read, without white space at their edges. */
function placesOf(
  item: OffsetItem,
  kind: OffsetKind,
  composed: ComposedText | undefined,
  tally: Tally,
  where: string,
): (Stretch & { label: string })[] {
  const { text } = item;
  const points = unitOffsets(text);
  const ways: Record<OffsetKind, (mention: Stretch) => Stretch | undefined> = {
    utf16: (mention) => within(mention, text.length),
    codepoints: ({ start, end }) => within({ start: points[start] ?? -1, end: points[end] ?? -1 }, text.length),
  };
  return item.mentions.flatMap(({ label, stated, ...mention }) => {
    tally.asked++;
    const fits = (way: OffsetKind): Stretch | undefined => {
      const place = ways[way](mention);
      return place && stated !== undefined && sameWords(text.slice(place.start, place.end), stated) ? place : undefined;
    };
    const other = kind === "utf16" ? "codepoints" : "utf16";
    const counted = stated !== undefined && !fits(kind) ? fits(other) : undefined;
    const place = counted ?? ways[kind](mention);
    if (!place) {
      tally.repair("outside_text", where);
      return [];
    }
    if (counted) tally.repair(other === "utf16" ? "counted_in_units" : "counted_in_points", where);
    else if (stated !== undefined && !fits(kind)) tally.repair("name_differs", where);
    const inner = trimmed(text, place);
    if (!inner) {
      tally.repair("blank_mention", where);
      return [];
    }
    if (inner.start !== place.start || inner.end !== place.end) tally.repair("edge_trimmed", where);
    const [start, end] = composed?.toComposed(inner.start, inner.end) ?? [inner.start, inner.end];
    return [{ start, end, label }];
  });
}

function within({ start, end }: Stretch, length: number): Stretch | undefined {
  const sound = Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start < end && end <= length;
  return sound ? { start, end } : undefined;
}

/** Tools write line breaks of a mention as spaces, and in more than one way. */
const sameWords = (a: string, b: string): boolean => flat(a) === flat(b);
const flat = (text: string) => text.replace(/\\n/g, " ").replace(/\s+/g, " ").trim();

function trimmed(text: string, { start, end }: Stretch): Stretch | undefined {
  const words = text.slice(start, end);
  const from = start + words.length - words.trimStart().length;
  const to = from + words.trim().length;
  return to > from ? { start: from, end: to } : undefined;
}

/** First and last word; undefined where the rule leaves none. */
function wordsAt(
  words: readonly Word[],
  { start, end }: Stretch,
  align: Alignment,
  tally: Tally,
  where: string,
): [first: number, last: number] | undefined {
  const first = firstWord(words, (word) => word.end > start);
  const last = firstWord(words, (word) => word.start >= end) - 1;
  const found = last >= first;
  if (found && words[first].start === start && words[last].end === end) return [first, last];
  const [from, to] =
    align === "contract"
      ? [first + Number(found && words[first].start < start), last - Number(found && words[last].end > end)]
      : [first, last];
  if (align === "strict" || to < from) {
    tally.repair("unaligned", where);
    return undefined;
  }
  tally.repair("snapped", where);
  return [from, to];
}

/** The first word of which it holds; it holds of all behind it. */
function firstWord(words: readonly Word[], holds: (word: Word) => boolean): number {
  let low = 0;
  let high = words.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(words[middle])) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** A record a sentence. What is absent from the text is absent from each. */
function sentencesOf({ tokens, ner, ...rest }: NerRecord, starts: readonly number[]): NerRecord[] {
  const cuts = starts.filter((at) => at > 0 && !ner.some(([first, last]) => first < at && at <= last));
  return [0, ...cuts].map((from, i) => {
    const to = cuts[i] ?? tokens.length;
    const own = ner.filter(([first]) => first >= from && first < to);
    return {
      tokens: tokens.slice(from, to),
      ner: own.map(([a, b, label]): NerSpan => [a - from, b - from, label]),
      ...rest,
    };
  });
}
