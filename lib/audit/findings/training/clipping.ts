/** Every step clipped where the reference clips none: only the direction of a gradient counts then. */
import { worthOfKey } from "../../effects/measured";
import type { Sign } from "../../finding";

export const clipping: Sign = ({ run, curve, configuration, against }) => {
  const limit = Number(configuration?.effective.get("max_grad_norm") ?? 0);
  const theirs = against?.configuration.effective.get("max_grad_norm");
  if (!limit || theirs !== 0) return [];
  const norms =
    curve?.points.flatMap(({ gradientNorm }) =>
      gradientNorm === null || gradientNorm === undefined ? [] : [gradientNorm],
    ) ?? [];
  const all = run?.result.clipped_share === 1 || (norms.length > 0 && norms.every((norm) => norm > limit));
  if (!all) return [];
  return [
    {
      id: "every-step-clipped",
      what: `Every step is clipped to a norm of ${limit}; the reference clips none.`,
      evidence: norms.length
        ? `gradient norms from ${Math.min(...norms).toFixed(0)} to ${Math.max(...norms).toFixed(0)} in ${norms.length} entries.`
        : "the manifest: clipped_share 1.",
      effect: worthOfKey("max_grad_norm", limit, 0),
      certain: true,
      keys: ["max_grad_norm"],
      suspect: "clipping",
    },
  ];
};
