/** Nothing clipped, and first gradients so long that Adam's steps stay short for as long as it remembers them. */
import { mean } from "../../../evaluate/statistics/mean";
import { median } from "../../../median";
import { adamReach } from "../../../train/adam-reach";
import { worthOfKey } from "../../effects/measured";
import type { Sign } from "../../finding";

/** Fewer steps say little of what is remembered. */
const FEWEST_STEPS = 100;
/** Steps that are this part of clipped ones' length, or a smaller one. */
const SHORT = 0.5;

export const firstGradients: Sign = ({ curve, configuration, against }) => {
  const limit = configuration?.effective.get("max_grad_norm");
  // A log of every hundredth step does not tell: every step's gradient is in the mean square.
  const points = curve?.points ?? [];
  const norms = points.flatMap(({ step, gradientNorm }, i) => (step === i + 1 ? (gradientNorm ?? []) : []));
  if (limit !== 0 || norms.length < Math.max(FEWEST_STEPS, points.length)) return [];
  const reach = mean(adamReach(norms));
  if (reach > SHORT) return [];
  const theirs = against?.configuration.effective.get("max_grad_norm");
  return [
    {
      id: "first-gradients-remembered",
      what: `No step is clipped, and the first gradients are the longest: AdamW, which remembers squares for some thousand steps, took steps of ${(100 * reach).toFixed(0)} % of the length that clipped gradients give it.`,
      evidence: `gradient norms, median: ${median(norms.slice(0, 20)).toFixed(0)} in the first 20 steps, ${median(norms.slice(20)).toFixed(0)} in the ${norms.length - 20} after them.`,
      effect: typeof theirs === "number" && theirs > 0 ? worthOfKey("max_grad_norm", 0, theirs) : null,
      certain: true,
      keys: ["max_grad_norm"],
      suspect: "clipping",
    },
  ];
};
