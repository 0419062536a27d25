/** Everything the doctor knows of one file of data. */
import type { LabelCounts } from "./labels";
import type { Ceiling, SpanCounts } from "./spans";
import type { SplitterCounts } from "./splitters";

/** What the doctor knows of one file. */
export interface FileReport {
  name: string;
  format: string;
  /** Of columns: how the tags were read. */
  scheme?: string;
  records: number;
  /** Records without a mention. */
  empty: number;
  /** Mentions named by the file, those with a place in its words, and what reading repaired. */
  asked: number;
  found: number;
  repairs: Record<string, number>;
  /** Sentences that were there already, and texts whose repetitions have different gold. */
  repeated: { sentences: number; differentGold: number };
  spans: SpanCounts;
  ceiling: Ceiling;
  splitters: SplitterCounts;
  labels: LabelCounts;
  /** Name of the label list that it was held against. */
  labelList?: string;
}
