/** The path of effects that are on file: each was measured by itself, so that what keys do together is in none of them. */
import type { Configuration } from "../configuration/configuration";
import { type DiffRow, diffConfigurations } from "../diff/diff";
import { measuredKey } from "../effects/measured";
import { type AblationPath, type PathStep, restOf, sumOf, type Worth } from "./path";

/** Keys of which what holds differs and is known on both sides. */
export function differing(from: Configuration, to: Configuration): DiffRow[] {
  return diffConfigurations(from, to).rows.filter(
    ({ matters, a, b }) =>
      matters && ![a.origin, b.origin].some((origin) => origin === "absent" || origin === "misspelt"),
  );
}

/**
 * At each step the key whose change is worth most, by what this project measured; a key that nobody has measured is named, and
 * stands for nothing.
 * @param gap the second configuration's score less the first's, where both are known
 * @param worth what a key's change from one value to another is worth
 */
export function pathOnFile(
  from: Configuration,
  to: Configuration,
  { start = null, gap = null, worth = measuredKey }: PathFacts = {},
): AblationPath {
  const steps = differing(from, to).map(({ key, words, a, b }): PathStep => {
    const effect = worth(key, b.value, a.value);
    return { key, words, from: a.value, to: b.value, effect, why: effect ? null : "not measured" };
  });
  const towards = gap && gap.f1 < 0 ? -1 : 1;
  const size = ({ effect }: PathStep) => (effect ? towards * effect.f1 : Number.NEGATIVE_INFINITY);
  steps.sort((x, y) => (size(x) === size(y) ? 0 : size(y) - size(x)));
  const sum = sumOf(steps.flatMap(({ effect }) => effect ?? []));
  return {
    from: from.name,
    to: to.name,
    how: "one by one",
    setting: "each key by itself, in studies of other models than these two (see each source)",
    start,
    steps,
    sum,
    gap,
    unexplained: restOf(gap, sum),
    made: null,
  };
}

/** What is known of the two configurations' scores. */
export interface PathFacts {
  start?: number | null;
  gap?: Worth | null;
  worth?: typeof measuredKey;
}
