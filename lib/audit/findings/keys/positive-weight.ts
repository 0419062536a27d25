/** Positives weigh otherwise than in the reference: then one threshold asks two models for different evidence. */
import { DEFAULT_LOSS } from "../../../model/loss";
import { POSITIVE_WEIGHT_KEYS, positiveWeight, sameEvidence, unweighted } from "../../../model/loss/positive-weight";
import type { Configuration } from "../../configuration/configuration";
import { measuredWeight } from "../../effects/measured";
import type { Sign } from "../../finding";

export const positiveWeightSign: Sign = ({ configuration, against }) => {
  if (!configuration || !against) return [];
  const [ours, theirs] = [configuration, against.configuration].map(weightOf);
  // 0: no mention counts, which is a finding of its own. The same: nothing moves.
  if (!ours || !theirs || ours === theirs) return [];
  const [here, there] = [ours, theirs].map((weight) => Math.round(100 * unweighted(0.5, weight)));
  const threshold = sameEvidence(ours, theirs);
  const differing = POSITIVE_WEIGHT_KEYS.filter(
    (key) => configuration.effective.get(key) !== against.configuration.effective.get(key),
  );
  return [
    {
      id: differing.length === 1 ? `differs:${differing[0]}` : "positive-weight",
      what: `A mention weighs ${shown(ours)} in the loss and ${shown(theirs)} in ${against.configuration.name}: a score of .5 stands for ${here} right answers of 100 here and for ${there} there, so that one threshold asks for different evidence.`,
      evidence: `${keysOf(configuration)} here; ${keysOf(against.configuration)} there. A loss is least where the odds are the weight times the true ones.`,
      effect: measuredWeight(ours, theirs),
      certain: true,
      keys: POSITIVE_WEIGHT_KEYS,
      suspect: ours === 1 && theirs === 3 ? "loss-keys-not-passed" : "positive-weight",
      next: {
        command: `npm run -s evaluate -- --data zero-shot:NAME --predictions DIR --threshold ${rounded(threshold)}`,
        why: `Positives that weigh ${shown(ours)} and not ${shown(theirs)} move what .5 means: at ${rounded(threshold)} this model is asked for the evidence that ${against.configuration.name} asks for at .5. It takes stored answers and no training.`,
      },
    },
  ];
};

/** null where the configuration does not say what its loss is, or where it is none that weighs so. */
function weightOf({ effective }: Configuration): number | null {
  const [alpha, positive_weight] = ["loss_alpha", "positive_weight"].map((key) => effective.get(key));
  if (alpha === undefined && positive_weight === undefined) return null;
  if (effective.get("loss_type") === "dice") return null;
  const number = (value: unknown, otherwise: number) => (typeof value === "number" ? value : otherwise);
  const weight = positiveWeight({
    alpha: number(alpha, DEFAULT_LOSS.alpha),
    positive_weight: number(positive_weight, DEFAULT_LOSS.positive_weight),
    label_smoothing: number(effective.get("label_smoothing"), DEFAULT_LOSS.label_smoothing),
  });
  return Number.isFinite(weight) ? weight : null;
}

function keysOf({ effective }: Configuration): string {
  const given = POSITIVE_WEIGHT_KEYS.filter((key) => effective.get(key) !== undefined && effective.get(key) !== 0);
  return given.map((key) => `${key} ${effective.get(key)}`).join(", ");
}

const rounded = (value: number): string => value.toFixed(2).replace(/0$/, "").replace(/^0/, "");
const shown = (weight: number): string => `${Number(weight.toFixed(2))}`;
