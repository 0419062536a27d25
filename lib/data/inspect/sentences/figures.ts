/** The corpus in figures: how much, how varied, how even. */
import type { Sentence } from "../../marked/sentences";

export interface Figures {
  texts: number;
  words: number;
  mentions: number;
  types: number;
  /** Types with one mention only. */
  typesOnce: number;
  withoutMention: number;
  withAbsent: number;
  /** Mentions inside or around another. */
  nested: number;
  /** Mentions by their width in words, those of twelve at index 12. */
  widths: number[];
  /** The most frequent types and their mentions. */
  top: [type: string, mentions: number][];
  domains: { domain: string; texts: number; mentions: number; types: number }[];
}

export function figuresOf(sentences: readonly Sentence[], top = 25): Figures {
  const spans = sentences.flatMap(({ record }) => record.ner);
  const counts = countsOf(spans.map(([, , label]) => label));
  const widths = countsOf(spans.map(([first, last]) => last - first + 1));
  return {
    texts: sentences.length,
    words: sentences.reduce((sum, { record }) => sum + record.tokens.length, 0),
    mentions: spans.length,
    types: counts.size,
    typesOnce: [...counts.values()].filter((count) => count === 1).length,
    withoutMention: sentences.filter(({ mentions }) => mentions.length === 0).length,
    withAbsent: sentences.filter(({ absent }) => absent.length > 0).length,
    nested: sentences.reduce((sum, sentence) => sum + nestedOf(sentence), 0),
    widths: Array.from({ length: Math.max(0, ...widths.keys()) + 1 }, (_, width) => widths.get(width) ?? 0),
    top: [...counts].sort((a, b) => b[1] - a[1]).slice(0, top),
    domains: [...new Set(sentences.map(({ domain }) => domain))].map((domain) => ofDomain(domain, sentences)),
  };
}

function nestedOf({ mentions }: Sentence): number {
  return mentions.filter((one) =>
    mentions.some((other) => other !== one && other.start < one.end && one.start < other.end),
  ).length;
}

function ofDomain(domain: string, sentences: readonly Sentence[]): Figures["domains"][number] {
  const own = sentences.filter((sentence) => sentence.domain === domain).flatMap(({ mentions }) => mentions);
  const texts = sentences.filter((sentence) => sentence.domain === domain).length;
  return { domain, texts, mentions: own.length, types: new Set(own.map(({ label }) => label)).size };
}

function countsOf<T>(list: readonly T[]): Map<T, number> {
  const counts = new Map<T, number>();
  for (const value of list) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
