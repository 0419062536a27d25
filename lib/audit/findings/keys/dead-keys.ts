/** Keys of the file that the code of its version does not read, where that makes a difference. */
import { deadKeys } from "../../configuration/configuration";
import { keyOf, weightOf } from "../../configuration/keys";
import { suspectOfChange, worthOfKey } from "../../effects/measured";
import type { Sign } from "../../finding";

export const deadKeysSign: Sign = ({ configuration }) => {
  if (!configuration) return [];
  return [...deadKeys(configuration)]
    .sort((a, b) => weightOf(a.key) - weightOf(b.key))
    .filter(({ key }) => key !== "has_rnn")
    .map(({ key, said, done }) => ({
      id: `dead-key:${key}`,
      what: `${key} says ${JSON.stringify(said)} and nothing reads it: ${keyOf(key)?.words ?? key}.`,
      evidence: `${key}: ${JSON.stringify(said)} in ${configuration.name}; ${configuration.unread.get(key)}; what happens: ${done === undefined ? "as if it were absent" : JSON.stringify(done)}.`,
      effect: worthOfKey(key, done, said),
      certain: true,
      keys: [key],
      suspect: suspectOfChange(key, done, said) ?? "dead-keys",
    }));
};
