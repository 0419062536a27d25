/** A mention: first word, last word (inclusive), type. */
export type NerSpan = [start: number, endInclusive: number, label: string];

/** One annotated sentence. */
export interface NerRecord {
  tokens: string[];
  ner: NerSpan[];
  labels?: string[];
  src?: string;
  negatives?: string[];
}
