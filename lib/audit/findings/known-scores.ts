/** Seven numbers that somebody has published: what was said of them then. */

import type { Sign } from "../finding";
import { nearest } from "../forensics/nearest";

export const knownScores: Sign = ({ tests }) => {
  const [match] = tests ? nearest(tests) : [];
  if (!tests || match?.certainty !== "the same numbers" || match.model === "GLiNER-L") return [];
  const { model, source, reliability, setting, step } = match;
  const at = step === undefined ? "" : step === null ? ", its last step" : `, step ${step.toLocaleString("en")}`;
  return [
    {
      id: "published-scores",
      what: `These are the numbers of ${source}: ${model}${at}.`,
      evidence: `${match.sets} of ${match.sets} scores agree to a tenth of a point (${reliability}); ${setting}.`,
      effect: null,
      certain: true,
    },
  ];
};
