/** Negatives from the other sentences of the batch: GLiNER's sampler of today, and the paper's. */
import type { NerRecord } from "../../data/records";
import type { RandomStream } from "../../random";
import type { NegativeSampler } from "./pool";

/** GLiNER draws its pool of negatives from at most this many types of the batch. */
const POOL = 100;

/**
 * One random order of all gold types of the batch, at most 100, for all its examples: whoever takes n negatives takes the
 * same first n, its own types among them. Since 0.2.9; also the collator of 0.2.3 to 0.2.8, which train.py left aside.
 */
export const sharedPool: NegativeSampler = (records, random) => {
  const types = batchPool(records, random);
  return () => ({ types });
};

/** The pool itself. */
export function batchPool(records: readonly NerRecord[], random: RandomStream): string[] {
  const all = new Set(records.flatMap((record) => record.ner.map(([, , label]) => label)));
  return random.shuffle([...all]).slice(0, POOL);
}

/** The batch's pool in another order for every example: the code of the paper, until 0.2.2. */
export const reshuffledPool: NegativeSampler = (records, random) => {
  const pool = batchPool(records, random);
  return () => ({ types: random.shuffle(pool) });
};
