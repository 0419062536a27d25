import { sharedPool } from "./shared-pool";
import type { NegativeSampler } from "./sources";

/** The batch's pool in another order for every example: the code of the paper, until 0.2.2. */
export const reshuffledPool: NegativeSampler = (records, random, corpus) => {
  const pool = sharedPool(records, random, corpus)();
  return () => random.shuffle(pool);
};
