import type { NerRecord } from "../data/records";
import type { RandomStream } from "../random";
import type { Example } from "./collate";

/** What the sampler needs of the configuration. */
export interface SamplingConfig {
  max_neg_type_ratio: number;
  max_types: number;
}

/** GLiNER draws its pool of negatives from at most this many types of the batch. */
const POOL = 100;

/**
 * The types that each training example is asked for, as GLiNER 0.2.29 draws them (`batch_generate_class_mappings`).
 *
 *     pool     = a random order of all gold types of the batch, at most 100
 *     r        = uniform in 0..max_neg_type_ratio       with ratio 1, half of the examples get no negatives
 *     types    = shuffle(gold types + pool[: r * mentions])[: max_types]
 *
 * It counts mentions, not types, and every example takes a prefix of the same pool: both are Python's. An example's own
 * `negatives` replace the drawn ones and its `labels` the whole list; an example with neither gold nor negatives is asked
 * for one empty type, so that its spans still count as negatives.
 */
export function sampleTypes(records: readonly NerRecord[], config: SamplingConfig, random: RandomStream): Example[] {
  const all = new Set(records.flatMap((record) => record.ner.map(([, , label]) => label)));
  const pool = random.shuffle([...all]).slice(0, POOL);
  return records.map((record) => {
    const ratio = random.integer(0, config.max_neg_type_ratio);
    const negatives = record.negatives ?? pool.slice(0, record.ner.length * ratio);
    const own = record.ner.map(([, , label]) => label);
    const drawn = random.shuffle([...new Set([...own, ...negatives])]).slice(0, config.max_types);
    const types = record.labels ?? drawn;
    return { tokens: record.tokens, ner: record.ner, types: types.length || record.ner.length ? types : [""] };
  });
}
