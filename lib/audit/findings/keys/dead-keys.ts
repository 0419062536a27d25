/** Keys of the file that the code of its version does not read, where that makes a difference. */
import { isDeepStrictEqual } from "node:util";
import { deadKeys } from "../../configuration/configuration";
import { keyOf, weightOf } from "../../configuration/keys";
import { suspectOfChange, worthOfKey } from "../../effects/measured";
import type { Sign } from "../../finding";

export const deadKeysSign: Sign = ({ configuration, against }) => {
  if (!configuration) return [];
  return [...deadKeys(configuration)]
    .sort((a, b) => weightOf(a.key) - weightOf(b.key))
    .filter(({ key }) => key !== "has_rnn")
    .map(({ key, said, done }) => {
      // What the file says against what happens: a part of the gap only where the reference does what the file says.
      const meant = against === null || isDeepStrictEqual(against.configuration.effective.get(key), said);
      return {
        id: `dead-key:${key}`,
        what: `${key} says ${JSON.stringify(said)} and nothing reads it: ${keyOf(key)?.words ?? key}.`,
        evidence: `${key}: ${JSON.stringify(said)} in ${configuration.name}; ${configuration.unread.get(key)}; what happens: ${done === undefined ? "as if it were absent" : JSON.stringify(done)}${meant ? "" : `; nor does ${against.configuration.name} do what it says, so that this is no part of the gap to it`}.`,
        effect: worthOfKey(key, done, said),
        certain: true,
        ...(meant ? { keys: [key] } : { aside: true as const }),
        suspect: suspectOfChange(key, done, said) ?? "dead-keys",
      };
    });
};
