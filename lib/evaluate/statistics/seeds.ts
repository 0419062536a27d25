import { usageError } from "../../errors";
import { stream } from "../../random";
import { type BootstrapOptions, checked, meanF1, percentiles, resampler, type SetCounts } from "./bootstrap";
import { checkSame } from "./paired";
import { tQuantile, tTestPower } from "./student";

/**
 * Several runs of one recipe: the seed is a second source of chance beside the sentences, and the larger one where few runs
 * are compared.
 * @see Reimers & Gurevych 2017; Bouthillier et al. 2021; Colas et al. 2018 (how many seeds)
 */
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
  const mean = average(scores);
  const sd = n > 1 ? Math.sqrt(scores.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1)) : Number.NaN;
  const half = n > 1 ? (tQuantile(1 - (1 - level) / 2, n - 1) * sd) / Math.sqrt(n) : Number.NaN;
  return { n, mean, sd, min: Math.min(...scores), max: Math.max(...scores), low: mean - half, high: mean + half };
}

/** P(A>B): how probable it is that a run of a beats a run of b, over all pairs; a tie counts half. */
export function probabilityOfImprovement(a: readonly number[], b: readonly number[]): number {
  const wins: number[] = a.flatMap((x) => b.map((y) => (x > y ? 1 : x === y ? 0.5 : 0)));
  if (wins.length === 0) throw usageError("there are no pairs of runs to compare; wanted scores of both recipes.");
  return average(wins);
}

/** Two recipes, each with several runs on the same sentences. */
export interface SeedComparison {
  /** Mean F1 over the runs of a minus that of b. */
  difference: number;
  low: number;
  high: number;
  /** P(A>B) of two single runs, each scored on the same resampled sentences. */
  probability: number;
}

/**
 * The two-level bootstrap: runs of each recipe are drawn with replacement, then sentences, the same ones for all runs; the
 * difference of the mean F1 is taken anew each time.
 *
 * With few runs it is too sure of itself, for n runs drawn from n have only (n - 1) / n of the variance: by simulation its 95 %
 * intervals cover 91 % with 3 runs, 93 % with 5 and 94 % with 10 (test/long/coverage.long.ts). Student's t over the runs of
 * one test set covers less, 84 to 59 %: it does not know that the sentences are a sample too.
 * @param a runs of one recipe, each one list of counts a set; @param b runs of the other, on the same sentences
 * @throws UserError where the runs are not of the same sentences, or there are none
 */
export function compareSeeds(
  a: readonly SetCounts[],
  b: readonly SetCounts[],
  options: BootstrapOptions = {},
): SeedComparison {
  const { seed, resamples, level } = checked(options);
  if (a.length === 0 || b.length === 0)
    throw usageError("there are no runs to compare; wanted at least one of each recipe.");
  for (const run of [...a, ...b]) checkSame(a[0], run);
  const draw = resampler([...a, ...b], stream(seed, "bootstrap"));
  const random = stream(seed, "seeds");
  let wins = 0;
  const draws = Float64Array.from({ length: resamples }, () => {
    const f1 = draw();
    const [left, right] = [f1.subarray(0, a.length), f1.subarray(a.length)];
    wins += probabilityOfImprovement([...left], [...right]);
    const redrawn = (runs: Float64Array) => average(Array.from(runs, () => runs[random.integer(0, runs.length - 1)]));
    return redrawn(left) - redrawn(right);
  });
  const difference = average(a.map(meanF1)) - average(b.map(meanF1));
  return { difference, ...percentiles(draws, level), probability: wins / resamples };
}

/** What is to be seen, and how surely. */
export interface PowerOptions {
  /** The difference of the means, in the unit of `sd`; default one point. */
  difference?: number;
  /** Standard deviation over seeds of one recipe. */
  sd: number;
  /** Default 0.8. */
  power?: number;
  /** Default 0.95. */
  level?: number;
}

/** The power of a two-sided t-test with n seeds of each recipe. */
export function powerOfSeeds(n: number, { difference = 1, sd, level = 0.95 }: PowerOptions): number {
  if (!(Number.isSafeInteger(n) && n >= 2)) throw usageError(`n is ${n}, wanted a whole number of seeds from 2 on.`);
  if (!(sd > 0)) throw usageError(`sd is ${sd}, wanted a positive standard deviation over seeds.`);
  return tTestPower(n, Math.abs(difference) / sd, level);
}

/**
 * How many seeds of each recipe it takes to see a difference.
 * @throws UserError where no number up to 10,000 is enough
 */
export function seedsNeeded(options: PowerOptions): number {
  const { power = 0.8 } = options;
  if (!(power > 0 && power < 1)) throw usageError(`power is ${power}, wanted a share between 0 and 1, such as 0.8.`);
  let [low, high] = [1, 2];
  while (powerOfSeeds(high, options) < power) {
    if (high > MOST_SEEDS)
      throw usageError(`more than ${MOST_SEEDS} seeds would be needed; wanted a larger difference.`);
    [low, high] = [high, 2 * high];
  }
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (powerOfSeeds(middle, options) < power) low = middle;
    else high = middle;
  }
  return high;
}

const MOST_SEEDS = 10_000;
const average = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
