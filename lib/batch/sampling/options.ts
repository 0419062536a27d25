/** Where an example's negative types come from; `NEGATIVE_SOURCES` holds the samplers. */
export type NegativeSource = "batch" | "batch_reshuffled" | "corpus" | "source" | "unrelated";

/** Under which key of a record its own negatives are looked for. */
export type NegativesKey = "negative" | "negatives" | "ner_negatives";

/** What the sampler needs of the model's configuration. */
export interface SamplingConfig {
  /** An example draws r in 0..ratio and takes r negatives for each of its mentions. */
  max_neg_type_ratio: number;
  /** Longest list of types. */
  max_types: number;
}

/** Everything else that decides which types an example is asked for. */
export interface SamplingOptions {
  /**
   * "batch" = one order of the batch's types for all its examples, "batch_reshuffled" = another order for every example,
   * "corpus" = 50 types of the whole training set for every example; ours, for a mixed corpus: "source" = a random number of
   * the types that the example's own source marks, and up to two of the batch; "unrelated" = the same, at most twelve of the
   * source, without those that the run's wordings call related to one of the example.
   */
  neg_source: NegativeSource;
  /** The list is in random order; without it: gold types as they are mentioned, then negatives as they were drawn. */
  shuffle_types: boolean;
  /** Only a random number of types is kept, 1 to all of them, gold types among the dropped. */
  random_drop: boolean;
  /** `max_types` is obeyed; the code of the paper knew no such limit. */
  cap_types: boolean;
  /** The key whose negatives replace the drawn ones; "any" = whichever the record has, "none" = they are not looked at. */
  manual_negatives: NegativesKey | "any" | "none";
  /** A record's own list of types is asked for in alphabetical order. */
  sort_labels: boolean;
  /** An example that has no type at all is asked for one empty type, so that its spans still count as negatives. */
  ask_empty: boolean;
}

/** GLiNER 0.2.29, except that a record's negatives are read under every name they have had. */
export const DEFAULT_SAMPLING: SamplingOptions = {
  neg_source: "batch",
  shuffle_types: true,
  random_drop: false,
  cap_types: true,
  manual_negatives: "any",
  sort_labels: false,
  ask_empty: true,
};
