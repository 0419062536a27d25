/** Confidence intervals of one system's F1, and the resampling that paired comparisons share. */
import { usageError } from "../../errors";
import { type RandomStream, randomStream } from "../../random";
import { addCounts, type Counts, f1Scores } from "../scoring/metrics";

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

export interface BootstrapOptions {
  seed?: number;
  /** Default 10,000. */
  resamples?: number;
  /** Default 0.95. */
  level?: number;
}

const RESAMPLES = 10_000;

/** One system's counts: a list a set, a row a sentence. */
export type SetCounts = readonly (readonly Counts[])[];

/**
 * The interval of one system's F1.
 * @param sets one list of counts a set; with several, of their unweighted mean F1, each set resampled by itself
 * @throws UserError where `resamples` is not a whole number from 1 on, or `level` not between 0 and 1
 */
export function bootstrapF1(sets: SetCounts, options: BootstrapOptions = {}): Interval {
  const { seed, resamples, level } = checked(options);
  const filled = sets.filter((counts) => counts.length > 0);
  const value = meanF1(filled);
  if (filled.length === 0) return { value, low: 0, high: 0 };
  const draw = resampler([filled], randomStream(seed, "bootstrap"));
  const draws = Float64Array.from({ length: resamples }, () => draw()[0]);
  return { value, ...percentiles(draws, level) };
}

/** The unweighted mean of the sets' micro-F1. */
export function meanF1(sets: SetCounts): number {
  return sets.length ? sets.reduce((sum, counts) => sum + f1Scores(addCounts(counts)).f1, 0) / sets.length : 0;
}

/**
 * Draws sentences of every set with replacement, the same ones for every system, and gives each system's mean F1 on them.
 * @param systems sets of counts, the same sentences in each
 * @returns a function whose result, [systems], is overwritten by its next call
 */
export function resampler(systems: readonly SetCounts[], random: RandomStream): () => Float64Array {
  const sets = systems[0].map((_, at) => pack(systems.map((system) => system[at])));
  const f1 = new Float64Array(systems.length);
  return () => {
    f1.fill(0);
    for (const set of sets) addResampledF1(set, random, f1, sets.length);
    return f1;
  };
}

/** The twin that reads like the definition: one system, one set, one resample. */
export function resampledF1(counts: readonly Counts[], random: RandomStream): number {
  const drawn = counts.map(() => counts[Math.floor((random.uint32() / 4294967296) * counts.length)]);
  return f1Scores(addCounts(drawn)).f1;
}

/**
 * One set of all systems. Two numbers a sentence are enough for F1, hits, and predictions plus gold; sentences with the same
 * numbers in every system are one group, so that a resample is a count of groups.
 */
interface Packed {
  /** [sentences] */
  groupOf: Int32Array;
  /** [groups, systems, 2] */
  rows: Float64Array;
  /** [groups], how often each was drawn */
  drawn: Int32Array;
  /** [sentences], random numbers */
  random: Uint32Array;
}

function pack(systems: readonly (readonly Counts[])[]): Packed {
  const groups = new Map<string, number>();
  const rows: number[] = [];
  const groupOf = Int32Array.from(systems[0], (_, i) => {
    const row = systems.flatMap((counts) => {
      const { truePositives, falsePositives, falseNegatives } = counts[i];
      return [truePositives, 2 * truePositives + falsePositives + falseNegatives];
    });
    const key = row.join(" ");
    if (!groups.has(key)) {
      groups.set(key, groups.size);
      rows.push(...row);
    }
    return groups.get(key) as number;
  });
  const random = new Uint32Array(groupOf.length);
  return { groupOf, rows: Float64Array.from(rows), drawn: new Int32Array(groups.size), random };
}

function addResampledF1(set: Packed, stream: RandomStream, f1: Float64Array, sets: number): void {
  const { groupOf, rows, drawn, random } = set;
  const scale = groupOf.length / 4294967296;
  stream.fillUint32(random);
  drawn.fill(0);
  for (let i = 0; i < random.length; i++) drawn[groupOf[Math.floor(random[i] * scale)]]++;
  const systems = f1.length;
  for (let s = 0; s < systems; s++) {
    let [hits, size] = [0, 0];
    for (let g = 0, at = 2 * s; g < drawn.length; g++, at += 2 * systems) {
      hits += drawn[g] * rows[at];
      size += drawn[g] * rows[at + 1];
    }
    if (size > 0) f1[s] += (2 * hits) / size / sets;
  }
}

/** The ends of the middle part of the draws, which are sorted in place. */
export function percentiles(draws: Float64Array, level: number): { low: number; high: number } {
  draws.sort();
  const at = (share: number) => draws[Math.min(draws.length - 1, Math.floor(share * draws.length))];
  return { low: at((1 - level) / 2), high: at(1 - (1 - level) / 2) };
}

/** @throws UserError where an option has no meaning */
export function checked({
  seed = 0,
  resamples = RESAMPLES,
  level = 0.95,
}: BootstrapOptions): Required<BootstrapOptions> {
  if (!(Number.isSafeInteger(resamples) && resamples >= 1))
    throw usageError(`resamples is ${resamples}, wanted a whole number from 1 on.`);
  if (!(level > 0 && level < 1)) throw usageError(`level is ${level}, wanted a share between 0 and 1, such as 0.95.`);
  return { seed, resamples, level };
}
