/** Negatives that are safe where thousands of types overlap: the sampler that `neg_source: unrelated` names. */
import { UserError } from "../../errors";
import type { NegativeSampler } from "./pool";
import { batchPool } from "./shared-pool";

/** Types of the own source that an example is asked for besides its own, at most: the seven tests ask for 8 to 17. */
const NEAR = 12;

/** Types of the rest of the batch, at most. */
const FOREIGN = 2;

/**
 * As `source`, for sources of hundreds of types: up to twelve types that the example's own source marks and up to two of the batch,
 * none of which may be true of what the example has. Where a text has a "novelist", "writer" and "person" are no negatives, and
 * teaching them as such would teach the model to miss them; the run's wordings say which types are above, below or the same. Ours,
 * no version of GLiNER has it.
 * @throws UserError where the training set's types or the wordings were not given
 */
export const unrelatedPool: NegativeSampler = (records, random, corpus) => {
  if (!corpus?.all.length || !corpus.related)
    throw new UserError(
      'neg_source "unrelated" draws from the types of the training set and needs wordings, which say what is related; wanted data: {wordings: sentences}.',
    );
  const { all, bySource, related } = corpus;
  const batch = batchPool(records, random);
  return ({ src = "", ner }) => {
    const own = new Set(ner.map(([, , type]) => type));
    const unsafe = new Set([...own].flatMap((type) => [...(related.get(type) ?? [])]));
    const draw = (types: readonly string[], most: number) => {
      const number = random.integer(0, most);
      const safe = random.shuffle(types).filter((type) => !own.has(type) && !unsafe.has(type));
      return safe.slice(0, number);
    };
    return { types: [...draw(bySource.get(src) ?? all, NEAR), ...draw(batch, FOREIGN)], whole: true };
  };
};
