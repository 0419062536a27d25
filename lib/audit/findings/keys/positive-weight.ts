/** Positives weigh otherwise than in the reference: then one threshold asks two models for different evidence. */
import { FLOOR } from "../../../evaluate/predictions/predictions";
import { POSITIVE_WEIGHT_KEYS, sameEvidence, sameWeight, unweighted } from "../../../model/loss/positive-weight";
import { type Configuration, isCertain } from "../../configuration/configuration";
import { weightOfPositives } from "../../configuration/positives";
import { measuredWeight, suspectOfWeight } from "../../effects/measured";
import type { Sighting, Sign } from "../../finding";

export const positiveWeightSign: Sign = ({ configuration, against }) => {
  if (!configuration || !against) return [];
  const there = against.configuration;
  const differing = POSITIVE_WEIGHT_KEYS.filter((key) => configuration.effective.get(key) !== there.effective.get(key));
  const [ours, theirs] = [configuration, there].map(({ effective }) => weightOfPositives(effective));
  // Where one is not known, or is 0, other signs speak of the keys.
  if (differing.length === 0 || ours === null || theirs === null) return [];
  const told = {
    id: differing.length === 1 ? `differs:${differing[0]}` : "positive-weight",
    evidence: `${keysOf(configuration)} here; ${keysOf(there)} there. A loss is least where the odds are the weight times the true ones.`,
    certain: isCertain(configuration) && isCertain(there),
    keys: POSITIVE_WEIGHT_KEYS,
  };
  if (sameWeight(ours, theirs))
    return [
      {
        ...told,
        what: `A mention weighs ${shown(ours)} in the loss, as in ${there.name}, by other keys.`,
        effect: null,
        aside: true,
      },
    ];
  const [here, elsewhere] = [ours, theirs].map((weight) => shown(100 * unweighted(0.5, weight)));
  return [
    {
      ...told,
      what: `A mention weighs ${shown(ours)} in the loss and ${shown(theirs)} in ${there.name}: a score of .5 stands for ${here} right answers of 100 here and for ${elsewhere} there, so that one threshold asks for different evidence.`,
      effect: measuredWeight(ours, theirs),
      suspect: suspectOfWeight(ours, theirs),
      next: atThreshold(sameEvidence(ours, theirs), there.name),
    },
  ];
};

/** Answers are kept from a floor on: below it, or beside 1, there is nothing to score. */
function atThreshold(threshold: number, reference: string): Sighting["next"] {
  if (threshold < FLOOR || threshold > 1 - FLOOR) return undefined;
  const written = threshold.toFixed(2).replace(/0$/, "").replace(/^0/, "");
  return {
    command: `npm run -s evaluate -- --data zero-shot:NAME --predictions DIR --threshold ${written}`,
    why: `At ${written} this model is asked for the evidence that ${reference} asks for at .5, since their positives weigh differently. It takes stored answers and no training.`,
  };
}

/** What holds, and what the file says in vain. */
function keysOf({ effective, given, unread, overridden }: Configuration): string {
  const held = POSITIVE_WEIGHT_KEYS.filter((key) => effective.get(key) !== undefined && effective.get(key) !== 0);
  const words = held.map((key) => {
    const said = unread.has(key) ? "nothing reads" : overridden.has(key) ? "the code replaces" : null;
    const vain = said !== null && given.get(key) !== effective.get(key);
    return `${key} ${effective.get(key)}${vain ? ` (the file says ${JSON.stringify(given.get(key))}, which ${said})` : ""}`;
  });
  return words.join(", ");
}

const shown = (value: number): string => `${Number(value.toPrecision(2))}`;
