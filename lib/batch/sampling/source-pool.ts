/** Negatives from the example's own source: the sampler that `neg_source: source` names. */
import { UserError } from "../../errors";
import type { NegativeSampler } from "./pool";
import { batchPool } from "./shared-pool";

/** Types of the rest of the batch that an example is asked for besides, at most. */
const FOREIGN = 2;

/**
 * A random number, from none to all, of the types that the example's own source marks, and up to two of the batch; ours, no
 * version of GLiNER has it.
 *
 * In a corpus of several sources a type that another source marks may well be in the sentence without being marked: taken as
 * a negative it teaches the model to miss it. What the own source marks elsewhere is a true negative, and a near one. The
 * number does not depend on the mentions: a sentence without any is asked for types too, and a prompt may be as long as a
 * test's. A few types of the batch remain, since some sources mark a single type.
 * @throws UserError where the training set's types were not given
 */
export const sourcePool: NegativeSampler = (records, random, corpus) => {
  if (!corpus?.all.length)
    throw new UserError('neg_source "source" draws from the types of the training set, but none were given.');
  const batch = batchPool(records, random);
  return ({ src = "" }) => {
    const own = random.shuffle([...(corpus.bySource.get(src) ?? corpus.all)]);
    const near = own.slice(0, random.integer(0, own.length));
    const far = random.shuffle(batch).slice(0, random.integer(0, FOREIGN));
    return { types: [...near, ...far], whole: true };
  };
};
