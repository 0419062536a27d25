import { usageError } from "../errors";
import { type RandomStream, stream } from "../random";
import { addCounts, type Counts, scores } from "./metrics";

/**
 * Intervals by the percentile bootstrap over sentences: micro-F1 is computed anew from the summed counts of sentences drawn
 * with replacement. The sentence is the unit because the mentions of one sentence are not independent.
 */
export interface Interval {
  /** The value on the data itself. */
  value: number;
  low: number;
  high: number;
}

const RESAMPLES = 10_000;

/**
 * The interval of one set's F1.
 * @param sets one list of counts a set; with several, of their unweighted mean F1
 * @throws UserError where `resamples` is not a whole number from 1 on, or `level` not between 0 and 1
 */
export function bootstrapF1(
  sets: readonly (readonly Counts[])[],
  { seed = 0, resamples = RESAMPLES, level = 0.95 } = {},
): Interval {
  if (!(Number.isSafeInteger(resamples) && resamples >= 1))
    throw usageError(`resamples is ${resamples}, wanted a whole number from 1 on.`);
  if (!(level > 0 && level < 1)) throw usageError(`level is ${level}, wanted a share between 0 and 1, such as 0.95.`);
  const filled = sets.filter((counts) => counts.length > 0);
  const value = mean(filled.map((counts) => scores(addCounts(counts)).f1));
  if (filled.length === 0) return { value: 0, low: 0, high: 0 };
  const packed = filled.map(pack);
  const random = stream(seed, "bootstrap");
  const draws = new Float64Array(resamples);
  for (let i = 0; i < resamples; i++) draws[i] = mean(packed.map((counts) => resampleF1(counts, random)));
  draws.sort();
  const at = (share: number) => draws[Math.min(resamples - 1, Math.floor(share * resamples))];
  return { value, low: at((1 - level) / 2), high: at(1 - (1 - level) / 2) };
}

/** Two numbers a sentence are enough for F1: hits, and predictions plus gold. */
function pack(counts: readonly Counts[]): { hits: Int32Array; sizes: Int32Array } {
  return {
    hits: Int32Array.from(counts, (count) => count.truePositives),
    sizes: Int32Array.from(counts, (c) => 2 * c.truePositives + c.falsePositives + c.falseNegatives),
  };
}

function resampleF1({ hits, sizes }: { hits: Int32Array; sizes: Int32Array }, random: RandomStream): number {
  const n = hits.length;
  let tp = 0;
  let total = 0;
  for (let i = 0; i < n; i++) {
    const at = Math.floor((random.uint32() / 4294967296) * n);
    tp += hits[at];
    total += sizes[at];
  }
  return total === 0 ? 0 : (2 * tp) / total;
}

const mean = (values: readonly number[]) => (values.length ? values.reduce((a, b) => a + b, 0) / values.length : 0);
