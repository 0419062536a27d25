/** alpha 0: mentions weigh nothing in the loss. */
import { isRead, keyOf } from "../../configuration/keys";
import { measuredKey } from "../../effects/measured";
import type { Evidence } from "../../evidence";
import type { Sign } from "../../finding";

export const alphaZero: Sign = (evidence) => {
  const seen = fromConfiguration(evidence) ?? fromCurve(evidence);
  if (!seen) return [];
  return [
    {
      id: "alpha-zero",
      what: "loss_alpha is 0: mentions weigh nothing in the loss, and the model learns to find none.",
      evidence: seen,
      effect: measuredKey("loss_alpha", 0, 0.75),
      certain: true,
      spoils: true,
      keys: ["loss_alpha"],
      suspect: "loss-alpha-zero",
    },
  ];
};

function fromConfiguration({ configuration, era }: Evidence): string | undefined {
  if (configuration?.effective.get("loss_alpha") !== 0) return undefined;
  const key = keyOf("loss_alpha");
  if (configuration.kind !== "run" && era !== null && key && !isRead(key, era)) return undefined;
  return `loss_alpha: 0 in ${configuration.name}${era ? `, which version ${era} reads` : ""}.`;
}

/** The part of the loss that mentions contribute is 0 though there are mentions. */
function fromCurve({ curve }: Evidence): string | undefined {
  const told =
    curve?.points.filter(({ lossPositive, positives = 0 }) => lossPositive !== undefined && positives > 0) ?? [];
  if (!curve || told.length === 0 || told.some(({ lossPositive }) => lossPositive !== 0)) return undefined;
  return `in ${told.length} steps of ${curve.path} mentions contribute 0 to the loss.`;
}
