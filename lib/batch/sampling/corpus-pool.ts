/** Negatives from the whole training set: the sampler that `neg_source: corpus` names. */
import { UserError } from "../../errors";
import type { RandomStream } from "../../random";
import type { NegativeSampler } from "./pool";

/** `GLiNERDataset` takes this many types for every example. */
const SAMPLED = 50;

/**
 * 50 types of the whole training set, each as likely as any other, for every example (`GLiNERDataset`, which train.py used
 * from 0.2.3 to 0.2.8). In a batch a frequent type is a likely negative; here a type of one mention is as likely, which
 * makes negatives easier.
 * @throws UserError where the training set's types were not given
 */
export const corpusPool: NegativeSampler = (_records, random, corpus) => {
  if (!corpus?.all.length)
    throw new UserError('neg_source "corpus" draws from the types of the training set, but none were given.');
  return () => ({ types: sample(corpus.all, SAMPLED, random) });
};

/** Like Python's `random.sample`: n different items in random order; all of them where there are no more. */
function sample(items: readonly string[], n: number, random: RandomStream): string[] {
  if (items.length < 2 * n) return random.shuffle(items).slice(0, n);
  // At least half of the items are free at every draw: two tries on average.
  const chosen = new Set<number>();
  while (chosen.size < n) chosen.add(random.integer(0, items.length - 1));
  return [...chosen].map((i) => items[i]);
}
