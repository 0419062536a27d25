import { usageError } from "../errors";
import { stream } from "../random";
import { type BootstrapOptions, checked, meanF1, percentiles, resampler, type SetCounts } from "./bootstrap";
import type { Counts } from "./metrics";

/**
 * Two systems on the same sentences: how far apart, how sure. Sentences are hard or easy for both, so that a difference is
 * known much better than either F1.
 * @see Berg-Kirkpatrick et al. 2012 (paired bootstrap); Yeh 2000 (randomisation); Bestgen 2022 (interval of the difference)
 */
export interface Comparison {
  /** F1 of a minus F1 of b; with several sets, of the unweighted means. */
  difference: number;
  low: number;
  high: number;
  /** P(A>B): the share of resamples in which a is ahead, a tie counting half. */
  probability: number;
  /** Two-sided: how often a resample, moved to a difference of 0, lies as far out as the difference that was seen. */
  pBootstrap: number;
  /** Two-sided: how often swapping the two systems' answers in random sentences gives as large a difference. */
  pPermutation: number;
}

/**
 * Compares F1 of a and b.
 * @param a one list of counts a set, a row a sentence; @param b the same sentences
 * @throws UserError where the two are not of the same sets and sentences
 */
export function compareF1(a: SetCounts, b: SetCounts, options: BootstrapOptions = {}): Comparison {
  const { seed, resamples, level } = checked(options);
  checkSame(a, b);
  const difference = meanF1(a) - meanF1(b);
  const draw = resampler([a, b], stream(seed, "bootstrap"));
  const draws = Float64Array.from({ length: resamples }, () => {
    const [one, other] = draw();
    return one - other;
  });
  const ahead = draws.reduce((sum, d) => sum + (d > 0 ? 1 : d === 0 ? 0.5 : 0), 0);
  const asFar = draws.reduce((sum, d) => sum + Number(atLeast(d - difference, difference)), 0);
  return {
    difference,
    ...percentiles(draws, level),
    probability: ahead / resamples,
    pBootstrap: (asFar + 1) / (resamples + 1),
    pPermutation: permutationTest(a, b, difference, { seed, resamples }),
  };
}

/** Under "the two systems are the same" it is chance whose answer is whose, sentence by sentence. */
function permutationTest(
  a: SetCounts,
  b: SetCounts,
  difference: number,
  { seed, resamples }: { seed: number; resamples: number },
): number {
  const random = stream(seed, "permutation");
  const sets = a.map((counts, at) => packPairs(counts, b[at]));
  let asFar = 0;
  for (let i = 0; i < resamples; i++) {
    let swapped = 0;
    for (const rows of sets) swapped += swappedDifference(rows, () => random.uint32()) / sets.length;
    if (atLeast(swapped, difference)) asFar++;
  }
  return (asFar + 1) / (resamples + 1);
}

/** [sentences, 4]: hits and sizes of a, then of b; sentences where both say the same need no coin. */
function packPairs(a: readonly Counts[], b: readonly Counts[]): Int32Array {
  const row = ({ truePositives: tp, falsePositives: fp, falseNegatives: fn }: Counts) => [tp, 2 * tp + fp + fn];
  return Int32Array.from(a.flatMap((counts, i) => [...row(counts), ...row(b[i])]));
}

/** F1 of a minus F1 of b where each sentence's answers are swapped by a coin: one bit of a draw a sentence. */
function swappedDifference(rows: Int32Array, uint32: () => number): number {
  let [hitsA, sizeA, hitsB, sizeB, bits] = [0, 0, 0, 0, 0];
  for (let i = 0; i < rows.length; i += 4) {
    if (i % 128 === 0) bits = uint32();
    const swap = bits & 1 ? 2 : 0;
    bits >>>= 1;
    hitsA += rows[i + swap];
    sizeA += rows[i + 1 + swap];
    hitsB += rows[i + 2 - swap];
    sizeB += rows[i + 3 - swap];
  }
  return ratio(2 * hitsA, sizeA) - ratio(2 * hitsB, sizeB);
}

/** As far from 0, give or take the rounding of a sum in another order. */
const atLeast = (value: number, seen: number) => Math.abs(value) >= Math.abs(seen) - 1e-12;

const ratio = (a: number, b: number) => (b === 0 ? 0 : a / b);

/** @throws UserError where two systems were not counted on the same sets and sentences */
export function checkSame(a: SetCounts, b: SetCounts): void {
  const sizes = (sets: SetCounts) => sets.map((counts) => counts.length).join(", ");
  if (a.length === 0 || a.some((counts) => counts.length === 0))
    throw usageError("there are no sentences to compare on; wanted counts of at least one sentence in every set.");
  if (sizes(a) !== sizes(b))
    throw usageError(`the two systems are not counted on the same sentences: ${sizes(a)} against ${sizes(b)} a set.`);
}
