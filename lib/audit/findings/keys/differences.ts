/** Every other key in which the configuration differs from what it is held against. */

import { diffConfigurations, sideWords } from "../../diff/diff";
import { suspectOfChange, worthOfKey } from "../../effects/measured";
import type { Sign } from "../../finding";

export const differences: Sign = ({ configuration, against }) => {
  if (!configuration || !against) return [];
  return diffConfigurations(configuration, against.configuration)
    .rows.filter(
      ({ matters, a, b }) => matters && a.origin !== "misspelt" && a.origin !== "absent" && b.origin !== "misspelt",
    )
    .map(({ key, words, a, b }) => ({
      id: `differs:${key}`,
      what: `${key} differs from ${against.configuration.name}${words ? `: ${words}` : ""}.`,
      evidence: `here ${sideWords(a)}; there ${sideWords(b)}.`,
      effect: worthOfKey(key, a.value, b.value),
      certain: true,
      keys: [key],
      suspect: suspectOfChange(key, a.value, b.value),
    }));
};
