import type { NegativeSampler } from "./pool";
import { batchPool } from "./shared-pool";

/** The batch's pool in another order for every example: the code of the paper, until 0.2.2. */
export const reshuffledPool: NegativeSampler = (records, random) => {
  const pool = batchPool(records, random);
  return () => ({ types: random.shuffle(pool) });
};
