/** Tests whether one system's F1 is really above another's: paired bootstrap and permutation. */
import { usageError } from "../../errors";
import { type RandomStream, randomStream } from "../../random";
import type { Counts } from "../scoring/metrics";
import {
  type BootstrapOptions,
  checked,
  type Interval,
  meanF1,
  percentiles,
  resampler,
  type SetCounts,
} from "./bootstrap";

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
  const difference = meanF1(a) - meanF1(b);
  const draws = differenceDraws(a, b, seed, resamples);
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

/** The interval of the difference alone. @throws UserError as `compareF1` does */
export function bootstrapDifference(a: SetCounts, b: SetCounts, options: BootstrapOptions = {}): Interval {
  const { seed, resamples, level } = checked(options);
  return { value: meanF1(a) - meanF1(b), ...percentiles(differenceDraws(a, b, seed, resamples), level) };
}

/** F1 of a minus F1 of b on resampled sentences, the same ones for both. */
function differenceDraws(a: SetCounts, b: SetCounts, seed: number, resamples: number): Float64Array {
  checkSame(a, b);
  const draw = resampler([a, b], randomStream(seed, "bootstrap"));
  return Float64Array.from({ length: resamples }, () => {
    const [one, other] = draw();
    return one - other;
  });
}

/** Under "the two systems are the same" it is chance whose answer is whose, sentence by sentence. */
function permutationTest(
  a: SetCounts,
  b: SetCounts,
  difference: number,
  { seed, resamples }: { seed: number; resamples: number },
): number {
  const random = randomStream(seed, "permutation");
  const sets = a.map((counts, at) => packPairs(counts, b[at]));
  let asFar = 0;
  for (let i = 0; i < resamples; i++) {
    let swapped = 0;
    for (const pairs of sets) swapped += swappedDifference(pairs, random) / sets.length;
    if (atLeast(swapped, difference)) asFar++;
  }
  return (asFar + 1) / (resamples + 1);
}

/** Hits and sizes of both systems in one set. */
interface Pairs {
  /** Summed over the sentences where both say the same, which need no coin. */
  same: [hits: number, size: number];
  /** [others, 4]: hits and size of a, then of b. */
  others: Int32Array;
  /** A coin a bit. */
  coins: Uint32Array;
}

function packPairs(a: readonly Counts[], b: readonly Counts[]): Pairs {
  const row = ({ truePositives: tp, falsePositives: fp, falseNegatives: fn }: Counts) => [tp, 2 * tp + fp + fn];
  const pairs = a.map((counts, i) => [...row(counts), ...row(b[i])]);
  const isSame = ([hitsA, sizeA, hitsB, sizeB]: number[]) => hitsA === hitsB && sizeA === sizeB;
  const same = pairs.filter(isSame).reduce(([hits, size], pair) => [hits + pair[0], size + pair[1]], [0, 0]);
  const others = Int32Array.from(pairs.filter((pair) => !isSame(pair)).flat());
  return { same: [same[0], same[1]], others, coins: new Uint32Array(Math.ceil(others.length / 128)) };
}

/** F1 of a minus F1 of b where the two systems' answers to each sentence are swapped by a coin. */
function swappedDifference({ same, others, coins }: Pairs, random: RandomStream): number {
  let [[hitsA, sizeA], [hitsB, sizeB]] = [same, same];
  random.fillUint32(coins);
  for (let i = 0, n = 0; i < others.length; i += 4, n++) {
    const swap = (coins[n >> 5] >>> (n & 31)) & 1 ? 2 : 0;
    hitsA += others[i + swap];
    sizeA += others[i + 1 + swap];
    hitsB += others[i + 2 - swap];
    sizeB += others[i + 3 - swap];
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
