/**
 * Several runs of one recipe: the seed is a second source of chance beside the sentences, and the larger one where few runs
 * are compared.
 * @see Reimers & Gurevych 2017; Bouthillier et al. 2021; Colas et al. 2018 (how many seeds)
 */
import { usageError } from "../../errors";
import { randomStream } from "../../random";
import { type BootstrapOptions, checked, meanF1, resampler, type SetCounts } from "./bootstrap";
import { mean, standardDeviation } from "./mean";
import { checkSame } from "./paired";
import { tQuantile } from "./student";

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
  const sd = n > 1 ? Math.sqrt(variance(scores)) : Number.NaN;
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

/** Two recipes, each with several runs on the same sentences. F1 in 0..1. */
export interface SeedComparison {
  /** Mean F1 over the runs of a minus that of b. */
  difference: number;
  low: number;
  high: number;
  /** P(A>B) of two single runs, each scored on the same resampled sentences. */
  probability: number;
  /** Of the difference, from both sources of chance. */
  standardError: number;
  /** Of that estimate; Infinity where only sentences are chance. */
  degrees: number;
  /** What makes the error: `seeds` / number of seeds + `sentences`, each a variance of the difference. */
  variance: { seeds: number; sentences: number };
  /** Whether run i of a and run i of b have the same seed, and were compared with each other. */
  paired: boolean;
}

/** How runs with several seeds are compared. */
export interface SeedOptions extends BootstrapOptions {
  /** Run i of a and run i of b have the same seed: what they share, such as the order of the data, is no chance. */
  paired?: boolean;
}

/**
 * Two levels of chance. Sentences are resampled, the same ones for all runs: that gives their part M of the variance. Seeds
 * are not resampled but taken by their variance s², because n runs drawn from n have only (n - 1) / n of it:
 *
 *     variance  s²/n + M       M = the bootstrap's variance of the difference of means, less what s² holds of it already
 *     interval  difference ± t of Welch and Satterthwaite's degrees of freedom, for s² of few seeds is itself uncertain
 *
 * Resampling seeds too, as the plain two-level bootstrap does, covers 91 % with 3 runs, 93 % with 5; Student's t over seeds
 * alone, which does not know that the sentences are a sample, 84 to 59 %. This covers 93 to 97 % from 3 runs on
 * (test/long/coverage.long.ts). With one run of each it is the paired bootstrap over sentences and knows nothing of seeds.
 * @param a runs of one recipe, each one list of counts a set; @param b runs of the other, on the same sentences
 * @throws UserError where the runs are not of the same sentences, there are none, or pairs are of unequal number
 */
export function compareSeeds(
  a: readonly SetCounts[],
  b: readonly SetCounts[],
  options: SeedOptions = {},
): SeedComparison {
  const { seed, resamples, level } = checked(options);
  const paired = options.paired === true && a.length > 1;
  checkRuns(a, b, paired);
  const difference = mean(a.map(meanF1)) - mean(b.map(meanF1));
  const seen = spreadOf(a.map(meanF1), b.map(meanF1), paired);
  const drawn = resampleSentences(a, b, { seed, resamples, paired });
  const counts = paired ? [a.length] : [a.length, b.length];
  const parts = seen.map((s2, k) => s2 / counts[k]);
  // A run's spread on resampled sentences is larger than on these by what sentences do to each run by itself; s² has that.
  const own = seen.map((s2, k) => Math.max(0, drawn.spread[k] - s2) / counts[k]);
  const sentences = Math.max(0, drawn.variance - sum(own));
  const standardError = Math.sqrt(sum(parts) + sentences);
  const degrees = welch(parts, counts, sentences);
  const half = standardError === 0 ? 0 : tQuantile(1 - (1 - level) / 2, degrees) * standardError;
  return {
    difference,
    low: difference - half,
    high: difference + half,
    probability: drawn.probability,
    standardError,
    degrees,
    variance: { seeds: sum(seen), sentences },
    paired,
  };
}

/** Degrees of freedom of a sum of variances, those over seeds known from so many runs, that over sentences as good as exactly. */
function welch(parts: readonly number[], counts: readonly number[], sentences: number): number {
  const uncertain = sum(parts.map((part, k) => part ** 2 / Math.max(1, counts[k] - 1)));
  return uncertain === 0 ? Number.POSITIVE_INFINITY : (sum(parts) + sentences) ** 2 / uncertain;
}

/** What the choice of the sentences does: to the difference of the means, to the spread over seeds, and to who is ahead. */
function resampleSentences(
  a: readonly SetCounts[],
  b: readonly SetCounts[],
  { seed, resamples, paired }: { seed: number; resamples: number; paired: boolean },
): { variance: number; spread: number[]; probability: number } {
  const draw = resampler([...a, ...b], randomStream(seed, "bootstrap"));
  const differences = new Float64Array(resamples);
  const spread = [0, 0];
  let wins = 0;
  for (let i = 0; i < resamples; i++) {
    const f1 = draw();
    const [x, y] = [f1.subarray(0, a.length), f1.subarray(a.length)];
    differences[i] = mean(x) - mean(y);
    wins += probabilityOfImprovement(x, y);
    spreadOf(x, y, paired).forEach((part, k) => {
      spread[k] += part / resamples;
    });
  }
  return { variance: resamples > 1 ? variance(differences) : 0, spread, probability: wins / resamples };
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

const sum = (values: readonly number[]) => values.reduce((x, y) => x + y, 0);

/** n - 1 in its denominator. */
const variance = (values: ArrayLike<number>): number => standardDeviation(values) ** 2;
