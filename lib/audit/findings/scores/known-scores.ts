/** Seven numbers that somebody has published: what was said of them then. */

import { publishedScores } from "../../../evaluate/stored/published-scores";
import type { Sign } from "../../finding";
import { nearestPublished } from "../../forensics/nearest";

export const knownScores: Sign = ({ tests }) => {
  const [match] = tests ? nearestPublished(tests) : [];
  if (!tests || match?.certainty !== "the same numbers" || match.model === "GLiNER-L") return [];
  const { model, source, reliability, setting, step } = match;
  const at = step === undefined ? "" : step === null ? ", its last step" : `, step ${step.toLocaleString("en")}`;
  return [
    {
      id: "published-scores",
      what: `These are the numbers of ${source}: ${model}${at}.`,
      evidence: `${match.sets} of ${match.sets} scores agree to a tenth of a point (${reliability}); ${setting}${others(source, model)}.`,
      effect: null,
      certain: true,
    },
  ];
};

/** What else the same source reports: other checkpoints and runs. */
function others(source: string, model: string): string {
  const rows = publishedScores().filter((row) => row.source === source && row.model !== model && row.average !== null);
  return rows.length
    ? `; the same source also reports ${rows.map((row) => `${row.model}: ${row.average}`).join(", ")}`
    : "";
}
