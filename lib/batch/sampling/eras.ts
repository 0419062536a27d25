/** How each release of GLiNER drew its types and made its batches, as a table of changes. */
import { entryOf, type Since } from "../../era";
import type { CollateSwitches } from "../collate";
import { DEFAULT_SAMPLING, type SamplingOptions } from "./options";

/** How a version's train.py made a batch. */
export interface SamplingEra extends Since {
  /** What changed with it; everything else is as in the entry before. */
  changes: Partial<SamplingOptions & CollateSwitches>;
  note: string;
}

/** Read in the public history of urchade/GLiNER (commits given); `npm run -s test:eras` holds them to the releases themselves. */
export const SAMPLING_ERAS: readonly SamplingEra[] = [
  {
    since: "v0",
    changes: {
      neg_source: "batch_reshuffled",
      shuffle_types: true,
      random_drop: true,
      cap_types: false,
      manual_negatives: "none",
      sort_labels: true,
      ask_empty: false,
      one_type_per_span: true,
      preprocess_text: false,
    },
    note: "6dfdb55, modules/base.py: the pool anew for every example, types dropped at random, no limit, one type a span",
  },
  {
    since: "0.1.0",
    changes: { cap_types: true },
    note: "b516d52: max_types; random_drop becomes a key. shuffle_types comes as a key that no version reads",
  },
  { since: "0.2.0", changes: { random_drop: false }, note: "c72ce0b: random_drop stays in the yaml, nothing reads it" },
  {
    since: "0.2.3",
    changes: { neg_source: "corpus", preprocess_text: true },
    note: "77f59b3: train.py uses GLiNERDataset: 50 types of the training set an example, words it cannot decode are [UNK]",
  },
  {
    since: "0.2.7",
    changes: { manual_negatives: "negatives", sort_labels: false },
    note: '725d2a0: a record\'s "negatives"; process_pilener.py writes "negative", which no version reads',
  },
  {
    since: "0.2.9",
    changes: { neg_source: "batch", preprocess_text: false },
    note: "5e776b7: types of the batch again, one order for all of its examples",
  },
  { since: "0.2.16", changes: { one_type_per_span: false }, note: "a865555: a span may have several types" },
  {
    since: "0.2.23",
    changes: { manual_negatives: "ner_negatives" },
    note: 'bb8dbad: the key is "ner_negatives", and "ner_labels" instead of "label"',
  },
  {
    since: "0.2.29",
    changes: { ask_empty: true },
    note: "an example without types gets one empty type; not in c2bb58d (June 2026, after 0.2.27)",
  },
];

/** The entry of a version. @param era "v0" or a version such as "0.1.14" @throws UserError where it is neither */
export function samplingEra(era: string): SamplingEra {
  return entryOf(SAMPLING_ERAS, era);
}

/** All switches of a version. @throws UserError like `samplingEra` */
export function samplingOf(era: string): SamplingOptions & CollateSwitches {
  const last = SAMPLING_ERAS.indexOf(samplingEra(era));
  const start = { ...DEFAULT_SAMPLING, preprocess_text: false, one_type_per_span: false };
  return Object.assign(start, ...SAMPLING_ERAS.slice(0, last + 1).map(({ changes }) => changes));
}
