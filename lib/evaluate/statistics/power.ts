/**
 * How many seeds it takes: the power of the comparison of `compareSeeds` before its runs exist, and the smallest difference
 * that runs which do exist could have shown.
 */
import { usageError } from "../../errors";
import { mean } from "./mean";
import type { SeedComparison } from "./seeds";
import { tPower, varianceShare } from "./student";

/** What is to be seen, and how surely; all in one unit, such as points of F1. */
export interface PowerOptions {
  /** The difference of the means; default one point. */
  difference?: number;
  /** Standard deviation over seeds of one recipe, or of the differences of pairs where runs are `paired`. */
  sd: number;
  /** What the choice of the sentences adds to the difference, as a standard deviation: more seeds do not make it less. Default 0. */
  sentences?: number;
  /** Runs of one seed are compared with each other. */
  paired?: boolean;
  /** Default 0.8. */
  power?: number;
  /** Default 0.95. */
  level?: number;
}

/** The power of the comparison with n seeds of each recipe. */
export function powerOfSeeds(n: number, options: PowerOptions): number {
  const { difference = 1, sd, sentences = 0, paired = false, level = 0.95 } = options;
  if (!(Number.isSafeInteger(n) && n >= 2)) throw usageError(`n is ${n}, wanted a whole number of seeds from 2 on.`);
  if (!(sd > 0)) throw usageError(`sd is ${sd}, wanted a positive standard deviation over seeds.`);
  if (!(sentences >= 0)) throw usageError(`sentences is ${sentences}, wanted a standard deviation from 0 on.`);
  const seeds = ((paired ? 1 : 2) * sd ** 2) / n;
  const parts = { seeds, degrees: (paired ? 1 : 2) * (n - 1), sentences: sentences ** 2 };
  if (paired || n > MANY) return powerAt(Math.abs(difference), parts, level);
  return mean(SHARES.map((p) => powerAt(Math.abs(difference), parts, level, varianceShare(p, n - 1))));
}

/**
 * Two recipes of one spread show two estimates of it, and Welch's degrees of freedom hang on how far these differ: from n - 1, where one is 0,
 * to 2 (n - 1), where they are equal. With few seeds they differ widely, and a power at 2 (n - 1) promises too much: .91 with two seeds
 * where .59 is true. So it is averaged over the share that the first estimate has of both, which does not hang on their sum.
 */
const SHARES = Array.from({ length: 40 }, (_, i) => (i + 0.5) / 40);
/** From here on the two agree to three digits. */
const MANY = 40;

/**
 * How many seeds of each recipe it takes to see a difference.
 * @throws UserError where no number up to 10,000 is enough, or where the sentences alone hide it
 */
export function seedsNeeded(options: PowerOptions): number {
  const { power = 0.8, difference = 1, sentences = 0, level = 0.95 } = options;
  if (!(power > 0 && power < 1)) throw usageError(`power is ${power}, wanted a share between 0 and 1, such as 0.8.`);
  if (sentences > 0 && tPower(Math.abs(difference) / sentences, Number.POSITIVE_INFINITY, level) < power)
    throw usageError(
      `no number of seeds shows a difference of ${difference} on these sentences, whose choice alone moves it by ${sentences}; wanted more sentences or a larger difference.`,
    );
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

/**
 * The smallest true difference that a comparison like this one shows with the given power; Infinity where one side has a
 * single run, for then nothing is known of seeds. In the unit of the comparison.
 */
export function smallestDetectable(
  { degrees, standardError }: Pick<SeedComparison, "degrees" | "standardError">,
  seeds: number,
  { power = 0.8, level = 0.95 }: Pick<PowerOptions, "power" | "level"> = {},
): number {
  if (seeds < 2) return Number.POSITIVE_INFINITY;
  if (standardError === 0) return 0;
  let [low, high] = [0, 4];
  while (tPower(high, degrees, level) < power) high *= 2;
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (tPower(middle, degrees, level) < power) low = middle;
    else high = middle;
  }
  return high * standardError;
}

/** The two parts of a difference's variance, and how surely the first is known. */
interface ErrorParts {
  seeds: number;
  degrees: number;
  sentences: number;
}

/** @param share that the first recipe's estimate has of both variances: the test takes its degrees from it; default: half */
function powerAt(difference: number, { seeds, degrees, sentences }: ErrorParts, level: number, share = 0.5): number {
  const total = seeds + sentences;
  const known = (total ** 2 * degrees) / seeds ** 2;
  return tPower(difference / Math.sqrt(total), known, level, known / (2 * (share ** 2 + (1 - share) ** 2)));
}

const MOST_SEEDS = 10_000;
