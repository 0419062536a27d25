/** From records to training examples: which gold types and which negatives go into each prompt. */
import { byCodePoint, type NerRecord } from "../../data/records";
import type { RandomStream } from "../../random";
import type { Example } from "../collate";
import { DEFAULT_SAMPLING, type SamplingConfig, type SamplingOptions } from "./options";
import type { CorpusTypes, NegativeSampler } from "./pool";
import { randomDrop } from "./random-drop";
import { NEGATIVE_SOURCES } from "./sources";

export { SAMPLING_ERAS, type SamplingEra, samplingEra, samplingOf } from "./eras";
export {
  DEFAULT_SAMPLING,
  type NegativeSource,
  type NegativesKey,
  type SamplingConfig,
  type SamplingOptions,
} from "./options";
export { type CorpusTypes, corpusTypes, type NegativeSampler } from "./pool";
export { NEGATIVE_SOURCES } from "./sources";
export { NO_WORDINGS, otherNames, reworded, type WordingShares } from "./wording";

/**
 * The types that each training example is asked for. With the defaults, as GLiNER 0.2.29 draws them
 * (`batch_generate_class_mappings`):
 *
 *     pool     = a random order of all gold types of the batch, at most 100
 *     r        = uniform in 0..max_neg_type_ratio       with ratio 1, half of the examples get no negatives
 *     types    = shuffle(gold types + pool[: r * mentions])[: max_types]
 *
 * It counts mentions, not types, and every example takes a prefix of the same pool: both are Python's. An example's own
 * `negatives` replace the drawn ones and its `labels` the whole list.
 * @param options switches that are not set are those of 0.2.29
 * @param corpus the types of the whole training set, for `neg_source` "corpus" and "source"
 */
export function sampleTypes(
  records: readonly NerRecord[],
  config: SamplingConfig & Partial<SamplingOptions>,
  random: RandomStream,
  corpus?: CorpusTypes,
): Example[] {
  const options = { ...DEFAULT_SAMPLING, ...config };
  const pool = NEGATIVE_SOURCES[options.neg_source](records, random, corpus);
  const examples = records.map((record) => {
    const negatives = negativesOf(record, pool, options, random);
    return { tokens: record.tokens, ner: record.ner, types: typesOf(record, negatives, options, random) };
  });
  // Python fails on a batch in which nobody asks for anything, or skips it without a word.
  const empty = !options.ask_empty && examples.every(({ types }) => types.length === 0);
  return empty ? examples.map((example) => ({ ...example, types: [""] })) : examples;
}

function negativesOf(
  record: NerRecord,
  pool: ReturnType<NegativeSampler>,
  options: SamplingConfig & SamplingOptions,
  random: RandomStream,
): readonly string[] {
  const { types, whole } = pool(record);
  const ratio = random.integer(0, options.max_neg_type_ratio);
  const drawn = whole ? types : types.slice(0, record.ner.length * ratio);
  return manualNegatives(record, options.manual_negatives) ?? drawn;
}

/** A record's own negatives, where they stand under the key that is looked at. */
function manualNegatives(record: NerRecord, key: SamplingOptions["manual_negatives"]): readonly string[] | undefined {
  const read = key === "any" || key === (record.negativesKey ?? "negatives");
  return read ? record.negatives : undefined;
}

function typesOf(
  record: NerRecord,
  negatives: readonly string[],
  options: SamplingConfig & SamplingOptions,
  random: RandomStream,
): readonly string[] {
  const own = record.ner.map(([, , label]) => label);
  const all = [...new Set([...own, ...negatives])];
  const ordered = options.shuffle_types ? random.shuffle(all) : all;
  const dropped = options.random_drop ? randomDrop(ordered, random) : ordered;
  const drawn = options.cap_types ? dropped.slice(0, options.max_types) : dropped;
  const types = record.labels ? manualLabels(record.labels, options) : drawn;
  return types.length === 0 && own.length === 0 && options.ask_empty ? [""] : types;
}

/** Python sorted them until 0.2.6. They are neither dropped nor cut. */
const manualLabels = (labels: readonly string[], { sort_labels }: SamplingOptions) =>
  sort_labels ? [...labels].sort(byCodePoint) : labels;
