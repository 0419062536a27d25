/** A file that its version cannot have run: one of the two is not what was used. */
import type { Sign } from "../../finding";

export const refused: Sign = ({ configuration }) => {
  if (!configuration?.refused) return [];
  return [
    {
      id: "yaml-cannot-run",
      what: "This version cannot train from this file: the file is not whole, or it was another version.",
      evidence: `${configuration.refused}.`,
      effect: null,
      // A release between two that were run may have been more lenient.
      certain: configuration.refused.startsWith(`version ${configuration.era} `),
    },
  ];
};
