/** The path of effects that are on file: each was measured by itself, so that what keys do together is in none of them. */
import { sameWeight, weighsPositives } from "../../model/loss/positive-weight";
import type { Configuration } from "../configuration/configuration";
import { weightOfPositives } from "../configuration/positives";
import { type DiffRow, diffConfigurations } from "../diff/diff";
import { measuredKey, measuredWeight } from "../effects/measured";
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
 * @param weight the same of another weight of positives
 */
export function pathOnFile(
  from: Configuration,
  to: Configuration,
  { start = null, gap = null, worth = measuredKey, weight = measuredWeight }: PathFacts = {},
): AblationPath {
  const weighed = weightStep(from, to, weight);
  const rows = differing(from, to).filter(({ key }) => !weighed?.keys.includes(key));
  const steps = rows.map(({ key, words, a, b }): PathStep => {
    const effect = worth(key, b.value, a.value);
    return { key, words, from: a.value, to: b.value, effect, why: effect ? null : "not measured" };
  });
  if (weighed) steps.push(weighed.step);
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

/** The keys that weigh positives are one step: what one of them is worth hangs on the others. */
function weightStep(
  from: Configuration,
  to: Configuration,
  weight: typeof measuredWeight,
): { keys: string[]; step: PathStep } | null {
  const [a, b] = [from, to].map(({ effective }) => weightOfPositives(effective));
  const rows = differing(from, to).filter(({ key }) => weighsPositives(key));
  if (a === null || b === null || rows.length === 0) return null;
  const keys = rows.map(({ key }) => key);
  if (sameWeight(a, b)) return { keys, step: step(rows, null, "other keys, the same weight") };
  const effect = weight(b, a);
  return { keys, step: step(rows, effect, effect ? null : "not measured") };
}

function step(rows: readonly DiffRow[], effect: PathStep["effect"], why: string | null): PathStep {
  const [only] = rows;
  if (rows.length === 1) return { key: only.key, words: only.words, from: only.a.value, to: only.b.value, effect, why };
  const side = (of: "a" | "b") => rows.map((row) => row[of].value);
  return {
    key: rows.map(({ key }) => key).join(" and "),
    words: "how many times a mention counts in the loss",
    from: side("a"),
    to: side("b"),
    effect,
    why,
  };
}

/** What is known of the two configurations' scores. */
export interface PathFacts {
  start?: number | null;
  gap?: Worth | null;
  worth?: typeof measuredKey;
  weight?: typeof measuredWeight;
}
