/** More than two recipes at once. */
import { usageError } from "../../errors";
import type { BootstrapOptions, SetCounts } from "./bootstrap";
import { mean, variance } from "./mean";
import { checkSame } from "./paired";
import { type RunStatistic, type TwoLevels, twoLevels } from "./two-levels";

/**
 * A weighted sum of several recipes' mean F1, such as a whole change less the sum of its parts; every recipe has a run of every seed,
 * and the sum is made seed by seed. With weights 1 and -1 it is the paired comparison of two.
 * @param recipes each with the runs of the same seeds, in one order; @param weights one a recipe
 * @throws UserError where recipes differ in the number of runs, or runs are not of the same sentences
 */
export function contrastSeeds(
  recipes: readonly (readonly SetCounts[])[],
  weights: readonly number[],
  options: BootstrapOptions = {},
): TwoLevels {
  const runs = recipes.flat();
  const seeds = recipes[0]?.length ?? 0;
  if (seeds === 0 || weights.length !== recipes.length)
    throw usageError(
      `a contrast got ${recipes.length} recipes, ${weights.length} weights and ${seeds} runs of the first; wanted a weight for each and a run at least.`,
    );
  for (const recipe of recipes)
    if (recipe.length !== seeds)
      throw usageError(`${recipe.length} runs cannot be paired with ${seeds}; wanted the same seeds of every recipe.`);
  for (const run of runs) checkSame(runs[0], run);
  const bySeed = (f1: Float64Array) =>
    Float64Array.from({ length: seeds }, (_, seed) =>
      weights.reduce((sum, weight, recipe) => sum + weight * f1[recipe * seeds + seed], 0),
    );
  const statistic: RunStatistic = {
    of: (f1) => mean(bySeed(f1)),
    spread: (f1) => [seeds > 1 ? variance(bySeed(f1)) : 0],
    runs: [seeds],
  };
  return twoLevels(runs, statistic, options);
}
