/** Keys that are read and whose value the code then replaces. */
import { isDeepStrictEqual } from "node:util";
import { suspectOfChange, worthOfKey } from "../../effects/measured";
import type { Sign } from "../../finding";

export const overridden: Sign = ({ configuration, against }) => {
  if (!configuration) return [];
  return [...configuration.overridden].map(([key, why]) => {
    const [said, done] = [configuration.given.get(key), configuration.effective.get(key)];
    const meant = against === null || isDeepStrictEqual(against.configuration.effective.get(key), said);
    return {
      id: `overridden-key:${key}`,
      what: `${key} says ${JSON.stringify(said)} and the code of version ${configuration.era} replaces it by ${JSON.stringify(done)}.`,
      evidence: `${key}: ${JSON.stringify(said)} in ${configuration.name}; ${why}.`,
      effect: worthOfKey(key, done, said),
      certain: true,
      ...(meant ? { keys: [key] } : { aside: true as const }),
      suspect: suspectOfChange(key, done, said),
    };
  });
};
