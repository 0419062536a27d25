/** The doctor's look at mentions: too wide, beyond the cut, nested, doubled; and the recall that remains. */
import { type NerRecord, type NerSpan, uniqueSpans } from "../records";

/** What a model of a given form cannot represent, counted span by span: the ceiling of its recall. */
export interface Limits {
  /** Widest span of the model, in words (K). */
  maxWidth: number;
  /** Words that the model reads of a text. */
  maxLen: number;
}

export interface SpanCounts {
  /** Different mentions: equal spans of one sentence are one, as the evaluator counts them. */
  mentions: number;
  /** Equal spans beyond the first. */
  duplicates: number;
  tooWide: number;
  beyondMaxLen: number;
  /** Spans with more than one type; a model that gives a span one type misses the others. */
  doubleTyped: number;
  typesLost: number;
  /** Mentions inside another, and mentions that cross another: flat decoding finds one of each pair. */
  nested: number;
  crossing: number;
  /** How many mentions have which width, from one word on. */
  widths: number[];
  longestText: number;
  textsBeyondMaxLen: number;
}

export function countSpans(records: readonly NerRecord[], { maxWidth, maxLen }: Limits): SpanCounts {
  const counts: SpanCounts = {
    mentions: 0,
    duplicates: 0,
    tooWide: 0,
    beyondMaxLen: 0,
    doubleTyped: 0,
    typesLost: 0,
    nested: 0,
    crossing: 0,
    widths: [],
    longestText: 0,
    textsBeyondMaxLen: 0,
  };
  for (const { tokens, ner } of records) {
    const spans = uniqueSpans(ner);
    counts.mentions += spans.length;
    counts.duplicates += ner.length - spans.length;
    counts.longestText = Math.max(counts.longestText, tokens.length);
    if (tokens.length > maxLen) counts.textsBeyondMaxLen++;
    for (const [start, end] of spans) {
      const width = end - start + 1;
      while (counts.widths.length < width) counts.widths.push(0);
      counts.widths[width - 1]++;
      if (end >= maxLen) counts.beyondMaxLen++;
      else if (width > maxWidth) counts.tooWide++;
    }
    countPlaces(spans, counts);
  }
  return counts;
}

/** What concerns places, whatever their types. */
function countPlaces(spans: readonly NerSpan[], counts: SpanCounts): void {
  const typesAt = new Map<string, number>();
  for (const [start, end] of spans) typesAt.set(`${start} ${end}`, (typesAt.get(`${start} ${end}`) ?? 0) + 1);
  for (const types of typesAt.values()) {
    if (types > 1) counts.doubleTyped++;
    counts.typesLost += types - 1;
  }
  const places = [...typesAt.keys()]
    .map((key) => key.split(" ").map(Number))
    .sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  for (const [i, [start, end]] of places.entries()) {
    const before = places.slice(0, i).filter(([, last]) => last >= start);
    if (before.some(([, last]) => last >= end)) counts.nested++;
    else if (before.length > 0) counts.crossing++;
  }
}

/** How much of the gold a model can find at all. */
export interface Ceiling {
  /** Mentions of the gold, those that no span of words stands for included. */
  gold: number;
  /** Within the limits, listed, one type a span; overlaps allowed (`flat_ner=False`). */
  reachable: number;
  /** The same with flat decoding: the most mentions of a sentence that do not overlap. */
  reachableFlat: number;
}

/**
 * @param listed whether the evaluation asks for a label
 * @param lost mentions that reading could not place
 */
export function ceilingOf(
  records: readonly NerRecord[],
  { maxWidth, maxLen }: Limits,
  listed: (label: string) => boolean,
  lost: number,
): Ceiling {
  const ceiling: Ceiling = { gold: lost, reachable: 0, reachableFlat: 0 };
  for (const { ner } of records) {
    const spans = uniqueSpans(ner);
    ceiling.gold += spans.length;
    const within = spans.filter(([start, end, type]) => end < maxLen && end - start < maxWidth && listed(type));
    const places = new Map(within.map(([start, end]) => [`${start} ${end}`, [start, end] as const]));
    ceiling.reachable += places.size;
    ceiling.reachableFlat += mostApart([...places.values()]);
  }
  return ceiling;
}

/** The largest number of ranges without an overlap: always the one that ends first. */
function mostApart(ranges: readonly (readonly [number, number])[]): number {
  let count = 0;
  let free = 0;
  for (const [start, end] of ranges.slice().sort((a, b) => a[1] - b[1])) {
    if (start < free) continue;
    count++;
    free = end + 1;
  }
  return count;
}
