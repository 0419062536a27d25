/** The evaluator of 0.1.5 and 0.1.6, which serves the least probable span first. */
import { measuredPreset } from "../../effects/measured";
import type { Sign } from "../../finding";

export const decodeOrder: Sign = ({ era, tests }) => {
  if (era !== "0.1.5" && era !== "0.1.6") return [];
  return [
    {
      id: "decode-order",
      what: "This version decodes worst first: where answers overlap, the least probable one is kept (mended in 0.1.7).",
      evidence: `version ${era}${tests ? `, scores of ${tests.path}` : "; it concerns every score that it gives"}.`,
      effect: measuredPreset("0.1.6"),
      certain: true,
      suspect: "decode-order",
    },
  ];
};
