/**
 * Several runs of one recipe: the seed is a second source of chance beside the sentences, and the larger one where few runs
 * are compared.
 * @see Reimers & Gurevych 2017; Bouthillier et al. 2021; Colas et al. 2018 (how many seeds)
 */
import { usageError } from "../../errors";
import type { BootstrapOptions, SetCounts } from "./bootstrap";
import { mean, standardDeviation, variance } from "./mean";
import { checkSame } from "./paired";
import { tQuantile } from "./student";
import { type RunStatistic, type TwoLevels, twoLevels } from "./two-levels";

/** Mean and spread of one recipe's runs, in the unit of their scores. */
export interface SeedSummary {
  n: number;
  mean: number;
  /** Standard deviation, n - 1 in its denominator; NaN for one run. */
  sd: number;
  min: number;
  max: number;
  /** 95 % interval of the mean on these sentences, by Student's t; for one run nothing is known. */
  low: number;
  high: number;
}

/** Mean and spread of the scores of one recipe's runs. @throws UserError where there are none */
export function seedSummary(scores: readonly number[], level = 0.95): SeedSummary {
  const n = scores.length;
  if (n === 0) throw usageError("there are no runs to sum up; wanted the score of at least one.");
  const centre = mean(scores);
  const sd = standardDeviation(scores);
  const half = n > 1 ? (tQuantile(1 - (1 - level) / 2, n - 1) * sd) / Math.sqrt(n) : Number.NaN;
  const [min, max] = [Math.min(...scores), Math.max(...scores)];
  return { n, mean: centre, sd, min, max, low: centre - half, high: centre + half };
}

/** P(A>B): how probable it is that a run of a beats a run of b, over all pairs; a tie counts half. */
export function probabilityOfImprovement(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length === 0 || b.length === 0)
    throw usageError("there are no pairs of runs to compare; wanted scores of both recipes.");
  let wins = 0;
  for (let i = 0; i < a.length; i++)
    for (let j = 0; j < b.length; j++) wins += a[i] > b[j] ? 1 : a[i] === b[j] ? 0.5 : 0;
  return wins / (a.length * b.length);
}

/** Two recipes, each with several runs on the same sentences. F1 in 0..1; `difference` is mean F1 over the runs of a minus that of b. */
export interface SeedComparison extends TwoLevels {
  /** P(A>B) of two single runs, each scored on the same resampled sentences. */
  probability: number;
  /** Whether run i of a and run i of b have the same seed, and were compared with each other. */
  paired: boolean;
}

/** How runs with several seeds are compared. */
export interface SeedOptions extends BootstrapOptions {
  /** Run i of a and run i of b have the same seed: what they share, such as the order of the data, is no chance. */
  paired?: boolean;
}

/**
 * The difference of two recipes with both levels of chance: see `two-levels`. With one run of each it is the paired bootstrap over
 * sentences and knows nothing of seeds.
 * @param a runs of one recipe, each one list of counts a set; @param b runs of the other, on the same sentences
 * @throws UserError where the runs are not of the same sentences, there are none, or pairs are of unequal number
 */
export function compareSeeds(
  a: readonly SetCounts[],
  b: readonly SetCounts[],
  options: SeedOptions = {},
): SeedComparison {
  const paired = options.paired === true && a.length > 1;
  checkRuns(a, b, paired);
  const sides = (f1: Float64Array) => [f1.subarray(0, a.length), f1.subarray(a.length)];
  let [wins, draws] = [0, 0];
  const statistic: RunStatistic = {
    of: (f1) => {
      const [x, y] = sides(f1);
      return mean(x) - mean(y);
    },
    spread: (f1) => {
      const [x, y] = sides(f1);
      return spreadOf(x, y, paired);
    },
    runs: paired ? [a.length] : [a.length, b.length],
    onDraw: (f1) => {
      const [x, y] = sides(f1);
      wins += probabilityOfImprovement(x, y);
      draws++;
    },
  };
  const seen = twoLevels([...a, ...b], statistic, options);
  return { ...seen, probability: wins / draws, paired };
}

/** Variance over seeds: of the differences where runs pair, else of each recipe's runs; 0 for a single run. */
function spreadOf(a: ArrayLike<number>, b: ArrayLike<number>, paired: boolean): number[] {
  if (!paired) return [a, b].map((runs) => (runs.length > 1 ? variance(runs) : 0));
  return [variance(Float64Array.from(a, (value, i) => value - b[i]))];
}

function checkRuns(a: readonly SetCounts[], b: readonly SetCounts[], paired: boolean): void {
  if (a.length === 0 || b.length === 0)
    throw usageError("there are no runs to compare; wanted at least one of each recipe.");
  for (const run of [...a, ...b]) checkSame(a[0], run);
  if (paired && a.length !== b.length)
    throw usageError(`${a.length} runs cannot be paired with ${b.length}; wanted the same seeds on both sides.`);
}
