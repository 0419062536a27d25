/** Keys that are read and whose value the code then replaces. */
import { suspectOfChange, worthOfKey } from "../../effects/measured";
import type { Sign } from "../../finding";

export const overridden: Sign = ({ configuration }) => {
  if (!configuration) return [];
  return [...configuration.overridden].map(([key, why]) => {
    const [said, done] = [configuration.given.get(key), configuration.effective.get(key)];
    return {
      id: `overridden-key:${key}`,
      what: `${key} says ${JSON.stringify(said)} and the code of version ${configuration.era} replaces it by ${JSON.stringify(done)}.`,
      evidence: `${key}: ${JSON.stringify(said)} in ${configuration.name}; ${why}.`,
      effect: worthOfKey(key, done, said),
      certain: true,
      keys: [key],
      suspect: suspectOfChange(key, done, said),
    };
  });
};
