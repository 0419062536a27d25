/** Another threshold than the .5 of GLiNER's evaluation. */
import { measuredThreshold } from "../../effects/measured";
import type { Sign } from "../../finding";

export const threshold: Sign = ({ tests }) => {
  const found = [...(tests?.sets.values() ?? [])].find((facts) => facts.threshold !== null && facts.threshold !== 0.5);
  if (!tests || !found || found.threshold === null) return [];
  return [
    {
      id: "threshold",
      what: `Answers count above ${found.threshold}; GLiNER's evaluation takes .5.`,
      evidence: `threshold ${found.threshold} in ${tests.path}.`,
      effect: measuredThreshold(found.threshold),
      certain: true,
      suspect: "threshold",
    },
  ];
};
