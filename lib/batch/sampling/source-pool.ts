import { UserError } from "../../errors";
import type { NegativeSampler } from "./sources";

/**
 * A random number, from none to all, of the types that the example's own source marks; ours, no version of GLiNER has it.
 *
 * In a corpus of several sources a type that another source marks may well be in the sentence without being marked: taken as
 * a negative it teaches the model to miss it. What the own source marks elsewhere is a true negative, and a near one. The
 * number does not depend on the mentions: a sentence without any is asked for types too, and a prompt may be as long as a
 * test's.
 * @throws UserError where the training set's types were not given
 */
export const sourcePool: NegativeSampler = (_records, random, corpus) => {
  if (!corpus?.all.length)
    throw new UserError('neg_source "source" draws from the types of the training set, but none were given.');
  return ({ src = "" }) => {
    const own = random.shuffle([...(corpus.bySource.get(src) ?? corpus.all)]);
    return { types: own.slice(0, random.integer(0, own.length)), whole: true };
  };
};
