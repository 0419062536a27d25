/**
 * Two levels of chance: seeds and sentences. Sentences are resampled, the same ones for all runs: that gives their part M of the
 * variance. Seeds are not resampled but taken by their variance s², because n runs drawn from n have only (n - 1) / n of it:
 *
 *     variance  s²/n + M       M = the bootstrap's variance of the difference of means, less what s² holds of it already
 *     interval  difference ± t of Welch and Satterthwaite's degrees of freedom, for s² of few seeds is itself uncertain
 *
 * Resampling seeds too, as the plain two-level bootstrap does, covers 91 % with 3 runs, 93 % with 5; Student's t over seeds
 * alone, which does not know that the sentences are a sample, 84 to 59 %. This covers 93 to 97 % from 3 runs on
 * (test/long/coverage.long.ts).
 */
import { randomStream } from "../../random";
import { type BootstrapOptions, checked, meanF1, resampler, type SetCounts } from "./bootstrap";
import { variance } from "./mean";
import { tInterval } from "./student";

/** A statistic of several runs with its interval. F1 in 0..1. */
export interface TwoLevels {
  /** Of the runs as they are: a difference of two recipes' means, or of more than two. */
  difference: number;
  low: number;
  high: number;
  /** How probable a difference as large, or larger, is where there is none. */
  p: number;
  /** Of the difference, from both sources of chance. */
  standardError: number;
  /** Of that estimate; Infinity where only sentences are chance. */
  degrees: number;
  /** What makes the error: `seeds` / number of seeds + `sentences`, each a variance of the difference. */
  variance: { seeds: number; sentences: number };
}

/** Something that is said of several runs' F1, and how it hangs on their seeds. */
export interface RunStatistic {
  of(f1: Float64Array): number;
  /** The variances over seeds that it has, each of so many `runs`. */
  spread(f1: Float64Array): number[];
  runs: readonly number[];
  /** Called with every run's F1 on each draw of the sentences. */
  onDraw?(f1: Float64Array): void;
}

/** Value and interval of a statistic with both levels of chance. @param runs on the same sentences */
export function twoLevels(runs: readonly SetCounts[], statistic: RunStatistic, options: BootstrapOptions): TwoLevels {
  const { seed, resamples, level } = checked(options);
  const f1 = Float64Array.from(runs, meanF1);
  const difference = statistic.of(f1);
  const seen = statistic.spread(f1);
  const drawn = resampleSentences(runs, statistic, { seed, resamples });
  const parts = seen.map((s2, k) => s2 / statistic.runs[k]);
  // A run's spread on resampled sentences is larger than on these by what sentences do to each run by itself; s² has that.
  const own = seen.map((s2, k) => Math.max(0, drawn.spread[k] - s2) / statistic.runs[k]);
  const sentences = Math.max(0, drawn.variance - sum(own));
  const standardError = Math.sqrt(sum(parts) + sentences);
  const degrees = welch(parts, statistic.runs, sentences);
  return {
    difference,
    ...tInterval(difference, { standardError, degrees, level }),
    standardError,
    degrees,
    variance: { seeds: sum(seen), sentences },
  };
}

/** Degrees of freedom of a sum of variances, those over seeds known from so many runs, that over sentences as good as exactly. */
function welch(parts: readonly number[], counts: readonly number[], sentences: number): number {
  const uncertain = sum(parts.map((part, k) => part ** 2 / Math.max(1, counts[k] - 1)));
  return uncertain === 0 ? Number.POSITIVE_INFINITY : (sum(parts) + sentences) ** 2 / uncertain;
}

/** What the choice of the sentences does: to the statistic, and to its spread over seeds. */
function resampleSentences(
  runs: readonly SetCounts[],
  statistic: RunStatistic,
  { seed, resamples }: { seed: number; resamples: number },
): { variance: number; spread: number[] } {
  const draw = resampler(runs, randomStream(seed, "bootstrap"));
  const values = new Float64Array(resamples);
  const spread = statistic.runs.map(() => 0);
  for (let i = 0; i < resamples; i++) {
    const f1 = draw();
    values[i] = statistic.of(f1);
    statistic.onDraw?.(f1);
    statistic.spread(f1).forEach((part, k) => {
      spread[k] += part / resamples;
    });
  }
  return { variance: resamples > 1 ? variance(values) : 0, spread };
}

const sum = (values: readonly number[]) => values.reduce((x, y) => x + y, 0);
