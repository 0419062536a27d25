/** All signs, the weightiest first: where two are worth the same, this order counts. */
import type { Evidence } from "../evidence";
import { ranked, type Sighting, type Sign } from "../finding";
import { alphaZero } from "./keys/alpha-zero";
import { deadKeysSign } from "./keys/dead-keys";
import { differences } from "./keys/differences";
import { lossValues } from "./keys/loss-values";
import { misspeltKeys } from "./keys/misspelt-keys";
import { negativesUnread } from "./keys/negatives-unread";
import { overridden } from "./keys/overridden";
import { positiveWeightSign } from "./keys/positive-weight";
import { refused } from "./keys/refused";
import { specialTokens } from "./keys/special-tokens";
import { decodeOrder } from "./scores/decode-order";
import { definition } from "./scores/definition";
import { elseKept } from "./scores/else-kept";
import { knownScores } from "./scores/known-scores";
import { nearZero } from "./scores/near-zero";
import { otherTestSet } from "./scores/other-test-set";
import { subset } from "./scores/subset";
import { threshold } from "./scores/threshold";
import { checkpointChoice } from "./training/checkpoint-choice";
import { clipping } from "./training/clipping";
import { firstGradients } from "./training/first-gradients";
import { swallowed } from "./training/swallowed";
import { trainedTypes } from "./training/trained-types";
import { warmUp } from "./training/warm-up";
import { classToken } from "./weights/class-token";
import { headAsDrawn } from "./weights/head-as-drawn";
import { lstm } from "./weights/lstm";
import { spanHead } from "./weights/span-head";
import { yamlAndWeights } from "./weights/yaml-and-weights";

const SIGNS: readonly Sign[] = [
  alphaZero,
  lossValues,
  classToken,
  lstm,
  headAsDrawn,
  yamlAndWeights,
  nearZero,
  otherTestSet,
  subset,
  definition,
  spanHead,
  checkpointChoice,
  trainedTypes,
  decodeOrder,
  specialTokens,
  refused,
  negativesUnread,
  overridden,
  positiveWeightSign,
  deadKeysSign,
  misspeltKeys,
  swallowed,
  warmUp,
  elseKept,
  threshold,
  clipping,
  firstGradients,
  knownScores,
];

/** A key that the file gives and the code does not take. */
const isVain = ({ id }: Sighting) => /^(dead|overridden)-key:/.test(id);

/** Everything that is seen, ranked; a key that a sign speaks of is not listed as a difference once more. */
export function sightings(evidence: Evidence): Sighting[] {
  const all = SIGNS.flatMap((sign) => sign(evidence));
  // What a sign says of a key in its own words holds that the file says it in vain: it is not said and not counted twice.
  const told = new Set(all.flatMap((one) => (isVain(one) ? [] : (one.keys ?? []))));
  const seen = all.filter((one) => !isVain(one) || one.aside || !one.keys?.every((key) => told.has(key)));
  const spoken = new Set(seen.flatMap(({ keys = [] }) => keys));
  const rest = differences(evidence).filter(({ keys = [] }) => !keys.some((key) => spoken.has(key)));
  return ranked([...seen, ...rest]);
}
