/** Keys that no version has. */
import type { Sign } from "../../finding";

export const misspeltKeys: Sign = ({ configuration }) => {
  // A gliner_config.json carries whatever its time put there; in a yaml somebody wrote it.
  if (!configuration || configuration.kind === "gliner_config.json") return [];
  return [...configuration.misspelt]
    .filter(([, close]) => close !== undefined)
    .map(([key, close]) => ({
      id: `misspelt-key:${key}`,
      what: `${key} is a key of no version; it looks like ${close}, which then has the value that the code gives it.`,
      evidence: `${key}: ${JSON.stringify(configuration.given.get(key))} in ${configuration.name}.`,
      effect: null,
      certain: !configuration.given.has(close ?? ""),
      suspect: "dead-keys",
    }));
};
