import type { NerRecord } from "../../data/records";
import type { RandomStream } from "../../random";
import { corpusPool } from "./corpus-pool";
import type { NegativeSource } from "./options";
import { reshuffledPool } from "./reshuffled-pool";
import { sharedPool } from "./shared-pool";

/**
 * Prepares a batch; the function it returns is called once for each example and gives the list whose first types are the
 * example's negatives.
 * @param corpus the types of the whole training set, where the sampler needs them
 */
export type NegativeSampler = (
  records: readonly NerRecord[],
  random: RandomStream,
  corpus?: readonly string[],
) => () => readonly string[];

/** The samplers of negatives by their name in a recipe. */
export const NEGATIVE_SOURCES: Record<NegativeSource, NegativeSampler> = {
  batch: sharedPool,
  batch_reshuffled: reshuffledPool,
  corpus: corpusPool,
};
