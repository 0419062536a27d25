/** Compares a recipe with a configuration from GLiNER's own repository. */
import { type Difference, differences } from "../../provenance/difference";
import { DEFAULT_OFFICIAL, officialNames, readOfficial } from "../../provenance/official";
import { parseRecipe } from "./recipe";
import { eraSettings } from "./settings";

export { DEFAULT_OFFICIAL, officialNames };

/** What every official run had without saying so. */
const UNSAID = { gradient_accumulation_steps: 1, freeze_components: [], warmup_steps: 0 };

/**
 * How a configuration differs from one that GLiNER's repository shipped: in the keys that its file gives, and in what the
 * code of its version did besides (loss, sampling, optimiser). A key that only one's own run has, such as a seed, is none.
 * @param name of a file in data/recipes/official
 * @throws UserError where there is none of this name
 */
export function officialDifferences(
  ours: { model: Readonly<Record<string, unknown>>; training: Readonly<Record<string, unknown>> },
  name = DEFAULT_OFFICIAL,
): { name: string; source: string; differences: Difference[] } {
  const official = readOfficial(name);
  const { model, training } = official;
  // An official file with a key or value that is not understood must not pass for agreement.
  parseRecipe({ model, training }, name);
  const theirs = { model, training: { ...UNSAID, ...eraSettings(official.era, name, 1), ...training } };
  const given = new Set(
    Object.entries(theirs).flatMap(([section, keys]) => Object.keys(keys).map((key) => `${section}.${key}`)),
  );
  return { name, source: official.source, differences: differences(ours, theirs, (key) => given.has(key)) };
}
