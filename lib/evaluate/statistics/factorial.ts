/**
 * Effects of several factors from the same runs. Every factor has two levels, every run has a level of each, and the levels of
 * any two factors are crossed evenly: half of all runs speaks for every factor, instead of a few runs for each.
 * @see Box, Hunter & Hunter, Statistics for Experimenters (2005), ch. 5-7; Plackett & Burman 1946 (designs of few runs)
 */
import { usageError } from "../../errors";
import { randomStream } from "../../random";
import { type BootstrapOptions, checked, meanF1, resampler, type SetCounts } from "./bootstrap";
import { mean, variance as varianceOf } from "./mean";
import { checkSame } from "./paired";
import { tInterval } from "./student";

/** A run of the design. */
export interface FactorialRun {
  /** Of every factor: true at its second level. */
  levels: readonly boolean[];
  /** Runs of one block share their seed: what a seed does to all of them is no part of an effect. */
  block: number;
  /** The same sentences in every run. */
  counts: SetCounts;
}

/** What a factor, or several together, do to mean F1 (0..1) at their second level, less that at their first. */
export interface FactorialEffect {
  difference: number;
  /** In each block by itself. */
  byBlock: number[];
  /** null where the runs leave nothing over to know their spread by. */
  interval: FactorialInterval | null;
}

/** How surely an effect is known. */
export interface FactorialInterval {
  low: number;
  high: number;
  standardError: number;
  /** Of that estimate; Infinity where only sentences are chance. */
  degrees: number;
  /** Part of the effect's variance that the choice of the sentences makes. */
  sentences: number;
  /** How probable an effect as large, or larger, is where there is none. */
  p: number;
}

/** A design's runs, taken apart. */
export interface Factorial {
  runs: number;
  blocks: number;
  mean: number;
  /** What neither factors nor blocks explain: standard deviation of one run, and the degrees of freedom it is known by. */
  residual: { sd: number; degrees: number } | null;
  /** In the order of the groups that were asked for. */
  effects: FactorialEffect[];
}

/**
 * The runs as a sum: block + half of each factor's effect, up or down + rest. In a design whose columns are orthogonal in every
 * block the least-squares effect is the difference of the two halves' means, and a group's effect is the sum of its factors'.
 *
 *     variance of an effect  4 s² / runs * factors + M     s² of the rest, M what the choice of sentences adds (as `compareSeeds`)
 *
 * The rest holds what the seeds do to a factor, and what two factors do beyond their sum: interactions make an interval wider,
 * never narrower. One block of n - 1 factors in n runs has no rest.
 * @param groups factors, by their index, whose effects are wanted together; one each for the factors alone
 * @throws UserError where the columns are not orthogonal in every block, or runs are not of the same sentences
 */
export function factorialEffects(
  runs: readonly FactorialRun[],
  groups: readonly (readonly number[])[],
  options: BootstrapOptions = {},
): Factorial {
  const { seed, resamples, level } = checked(options);
  const blocks = blocksOf(runs);
  const f1 = runs.map(({ counts }) => meanF1(counts));
  const degrees = runs.length - blocks.length - runs[0].levels.length;
  const alone = runs[0].levels.map((_, f) => weightsOf(runs, [f]));
  const rest = (scores: ArrayLike<number>) =>
    degrees > 0 ? restOf(runs, { blocks, alone }, scores) / degrees : Number.NaN;
  const s2 = rest(f1);
  const weights = groups.map((group) => weightsOf(runs, group));
  const drawn = degrees > 0 ? resampleSentences(runs, { weights, rest, seed, resamples }) : null;
  const effects = weights.map((weight, g): FactorialEffect => {
    const difference = dot(weight, f1);
    const byBlock = blocks.map((block) => blocks.length * dot(weight, f1, block));
    if (!drawn) return { difference, byBlock, interval: null };
    const size = dot(weight, weight);
    // The rest is larger on resampled sentences by what they do to each run by itself; s² has that already.
    const sentences = Math.max(0, drawn.variance[g] - Math.max(0, drawn.rest - s2) * size);
    const standardError = Math.sqrt(s2 * size + sentences);
    const known = standardError === 0 ? Number.POSITIVE_INFINITY : (degrees * standardError ** 4) / (s2 * size) ** 2;
    return {
      difference,
      byBlock,
      interval: {
        ...tInterval(difference, { standardError, degrees: known, level }),
        standardError,
        degrees: known,
        sentences,
      },
    };
  });
  return {
    runs: runs.length,
    blocks: blocks.length,
    mean: mean(f1),
    residual: degrees > 0 ? { sd: Math.sqrt(s2), degrees } : null,
    effects,
  };
}

/** Each block as the indices of its runs. @throws UserError where a factor's levels are not crossed evenly with another's in it */
function blocksOf(runs: readonly FactorialRun[]): number[][] {
  if (runs.length === 0) throw usageError("there are no runs of a design; wanted at least one whole block.");
  for (const run of runs) checkSame(runs[0].counts, run.counts);
  const names = [...new Set(runs.map(({ block }) => block))];
  const blocks = names.map((name) => runs.flatMap(({ block }, i) => (block === name ? [i] : [])));
  const factors = runs[0].levels.map((_, f) => f);
  for (const block of blocks)
    for (const a of factors)
      for (const b of [-1, ...factors.slice(a + 1)]) {
        // -1: the mean of the block.
        const crossed = block.reduce((sum, i) => sum + sign(runs[i], a) * (b < 0 ? 1 : sign(runs[i], b)), 0);
        if (crossed !== 0)
          throw usageError(
            `the ${block.length} runs of block ${runs[block[0]].block} do not cross factor ${a + 1} evenly${b < 0 ? "" : ` with factor ${b + 1}`}; wanted every run of the block.`,
          );
      }
  return blocks;
}

const sign = ({ levels }: FactorialRun, factor: number) => (levels[factor] ? 1 : -1);

/** An effect as a weighted sum of the runs' scores. [runs] */
const weightsOf = (runs: readonly FactorialRun[], group: readonly number[]): number[] =>
  runs.map((run) => group.reduce((sum, factor) => sum + (2 * sign(run, factor)) / runs.length, 0));

/** Sum of the squares that neither blocks nor factors explain. @param alone the weights of each factor */
function restOf(
  runs: readonly FactorialRun[],
  { blocks, alone }: { blocks: readonly number[][]; alone: readonly number[][] },
  scores: ArrayLike<number>,
): number {
  const effects = alone.map((weight) => dot(weight, scores));
  let squares = 0;
  for (const block of blocks) {
    const centre = mean(block.map((i) => scores[i]));
    for (const i of block) {
      const said = effects.reduce((sum, effect, f) => sum + (sign(runs[i], f) * effect) / 2, centre);
      squares += (scores[i] - said) ** 2;
    }
  }
  return squares;
}

/** What the choice of the sentences does: to each effect, and to the rest. */
function resampleSentences(
  runs: readonly FactorialRun[],
  {
    weights,
    rest,
    seed,
    resamples,
  }: { weights: readonly number[][]; rest: (scores: ArrayLike<number>) => number; seed: number; resamples: number },
): { variance: number[]; rest: number } {
  const draw = resampler(
    runs.map(({ counts }) => counts),
    randomStream(seed, "bootstrap"),
  );
  const differences = weights.map(() => new Float64Array(resamples));
  let sum = 0;
  for (let i = 0; i < resamples; i++) {
    const f1 = draw();
    weights.forEach((weight, g) => {
      differences[g][i] = dot(weight, f1);
    });
    sum += rest(f1) / resamples;
  }
  const variance = differences.map((values) => (resamples > 1 ? varianceOf(values) : 0));
  return { variance, rest: sum };
}

/** @param at the indices that count; all without it */
function dot(a: ArrayLike<number>, b: ArrayLike<number>, at?: readonly number[]): number {
  let sum = 0;
  if (at) for (const i of at) sum += a[i] * b[i];
  else for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
