/** All signs, the weightiest first: where two are worth the same, this order counts. */
import type { Evidence } from "../evidence";
import { ranked, type Sighting, type Sign } from "../finding";
import { alphaZero } from "./alpha-zero";
import { checkpointChoice } from "./checkpoint-choice";
import { classToken } from "./class-token";
import { clipping } from "./clipping";
import { deadKeysSign } from "./dead-keys";
import { decodeOrder } from "./decode-order";
import { differences } from "./differences";
import { elseKept } from "./else-kept";
import { headAsDrawn } from "./head-as-drawn";
import { knownScores } from "./known-scores";
import { lstm } from "./lstm";
import { misspeltKeys } from "./misspelt-keys";
import { nearZero } from "./near-zero";
import { negativesUnread } from "./negatives-unread";
import { otherTestSet } from "./other-test-set";
import { spanHead } from "./span-head";
import { subset } from "./subset";
import { swallowed } from "./swallowed";
import { threshold } from "./threshold";
import { warmUp } from "./warm-up";
import { yamlAndWeights } from "./yaml-and-weights";

const SIGNS: readonly Sign[] = [
  alphaZero,
  classToken,
  lstm,
  headAsDrawn,
  yamlAndWeights,
  nearZero,
  otherTestSet,
  subset,
  spanHead,
  checkpointChoice,
  decodeOrder,
  negativesUnread,
  deadKeysSign,
  misspeltKeys,
  swallowed,
  warmUp,
  elseKept,
  threshold,
  clipping,
  knownScores,
];

/** Everything that is seen, ranked; a key that a sign speaks of is not listed as a difference once more. */
export function sightings(evidence: Evidence): Sighting[] {
  const seen = SIGNS.flatMap((sign) => sign(evidence));
  const spoken = new Set(seen.flatMap(({ keys = [] }) => keys));
  const rest = differences(evidence).filter(({ keys = [] }) => !keys.some((key) => spoken.has(key)));
  return ranked([...seen, ...rest]);
}
