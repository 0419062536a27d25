/** What the samplers of negatives share: the types of the training set, and a pool to take negatives from. */
import { goldTypes, type NerRecord } from "../../data/records";
import { relatedTypes, type Wordings } from "../../data/wordings";
import type { RandomStream } from "../../random";

/** The types of the whole training set. */
export interface CorpusTypes {
  all: readonly string[];
  /** Those that each source (`src`) marks. */
  bySource: ReadonlyMap<string, readonly string[]>;
  /** Types that may be true of the same words; only where the run has wordings. */
  related?: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * The types of a training set, all of them and by source.
 * @param wordings which of them may be true of the same words
 */
export function corpusTypes(records: readonly NerRecord[], wordings?: Wordings): CorpusTypes {
  const sources = new Map<string, NerRecord[]>();
  for (const record of records) {
    const own = sources.get(record.src ?? "");
    if (own) own.push(record);
    else sources.set(record.src ?? "", [record]);
  }
  const bySource = new Map([...sources].map(([src, own]) => [src, goldTypes(own)]));
  return { all: goldTypes(records), bySource, ...(wordings && { related: relatedTypes(wordings) }) };
}

/** Types that an example's negatives are taken from, its own types possibly among them. */
export interface NegativePool {
  types: readonly string[];
  /** All of them are taken; otherwise the first ones, as many as the example's mentions ask for. */
  whole?: true;
}

/**
 * Prepares a batch; the function it returns is called once for each example.
 * @param corpus the types of the whole training set, where the sampler needs them
 */
export type NegativeSampler = (
  records: readonly NerRecord[],
  random: RandomStream,
  corpus?: CorpusTypes,
) => (record: NerRecord) => NegativePool;
