/** Steps that failed in silence: exceptions that became a loss of zero, and steps that were left out. */
import { measuredArm } from "../../effects/measured";
import type { Evidence } from "../../evidence";
import type { Sighting, Sign } from "../../finding";

export const swallowed: Sign = (evidence) => [...zeroLoss(evidence), ...notNumbers(evidence), ...skipped(evidence)];

const base = () =>
  ({ effect: measuredArm("swallowed-exceptions"), suspect: "swallowed-exceptions", certain: true }) as const;

/** A logged loss is a mean of many steps: exactly 0 is no small loss, it is none. */
function zeroLoss({ curve, configuration }: Evidence): Sighting[] {
  const zeros = curve?.points.filter(({ loss, skipped }) => loss === 0 && skipped === undefined) ?? [];
  if (!curve || zeros.length === 0) return [];
  const alpha = configuration?.effective.get("loss_alpha") === 0;
  return [
    {
      ...base(),
      id: "zero-loss",
      what: "The loss is exactly 0 in logged steps: GLiNER 0.2.3 to 0.2.22 turn every exception of a step into a loss of zero, and go on.",
      evidence: `${zeros.length} of ${curve.points.length} entries of ${curve.path}, the first at step ${zeros[0].step}.`,
      certain: false,
      ...(zeros.length > curve.points.length / 2 && !alpha ? { spoils: true as const } : {}),
    },
  ];
}

function notNumbers({ curve }: Evidence): Sighting[] {
  const lost =
    curve?.points.filter(({ loss, skipped }) => skipped === undefined && (loss === null || !Number.isFinite(loss))) ??
    [];
  if (!curve || lost.length === 0) return [];
  return [
    {
      ...base(),
      id: "loss-not-a-number",
      what: "The loss is no number in logged steps: they taught nothing, or spoilt the weights.",
      evidence: `${lost.length} of ${curve.points.length} entries of ${curve.path}, the first at step ${lost[0].step}.`,
      spoils: true,
    },
  ];
}

function skipped({ run }: Evidence): Sighting[] {
  const steps = run?.result.skipped ?? [];
  if (!run || steps.length === 0) return [];
  return [
    {
      ...base(),
      id: "skipped-steps",
      what: `${steps.length} of ${run.result.steps} steps failed and were left out.`,
      evidence: `the manifest: step ${steps[0].step}, ${steps[0].reason}.`,
    },
  ];
}
