/** The table from a recipe's `neg_source` to the function that draws the negatives. */
import { corpusPool } from "./corpus-pool";
import type { NegativeSource } from "./options";
import type { NegativeSampler } from "./pool";
import { reshuffledPool, sharedPool } from "./shared-pool";
import { sourcePool } from "./source-pool";
import { unrelatedPool } from "./unrelated-pool";

/** The samplers of negatives by their name in a recipe. */
export const NEGATIVE_SOURCES: Record<NegativeSource, NegativeSampler> = {
  batch: sharedPool,
  batch_reshuffled: reshuffledPool,
  corpus: corpusPool,
  source: sourcePool,
  unrelated: unrelatedPool,
};
