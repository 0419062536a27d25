/**
 * Made-up studies whose truth is known: two recipes, runs with a seed's worth each, sentences drawn anew for every study.
 */
import type { Counts } from "../../lib/evaluate/scoring/metrics";
import { powerOfSeeds } from "../../lib/evaluate/statistics/power";
import { compareSeeds } from "../../lib/evaluate/statistics/seeds";
import { randomStream } from "../../lib/random";
import { sentencePair, trueF1 } from "./synthetic";

export interface SimulationOptions {
  /** Runs of each recipe. */
  seeds: number;
  /** What a seed is worth, as a standard deviation of skill. */
  sd: number;
  /** Studies. */
  rounds: number;
  /** Half of a seed's worth is the same in both recipes. */
  paired: boolean;
}

const SENTENCES = 300;

/**
 * @returns the share of intervals that hold the true difference, the share that does not hold 0, and what `powerOfSeeds` says of
 * that share from the spread of other runs
 */
export function simulate(options: SimulationOptions): { covered: number; seen: number; expected: number } {
  const [a, b] = trueF1();
  const truth = a - b;
  let [covered, seen] = [0, 0];
  const parts = { seeds: 0, sentences: 0 };
  for (let round = 0; round < options.rounds; round++) {
    const [left, right] = study(options, round);
    const { low, high, variance } = compareSeeds(left, right, { seed: round, resamples: 300, paired: options.paired });
    covered += Number(low <= truth && truth <= high);
    seen += Number(low > 0 || high < 0);
    parts.seeds += variance.seeds / options.rounds;
    parts.sentences += variance.sentences / options.rounds;
  }
  const { seeds, paired, rounds } = options;
  // `powerOfSeeds` takes the spread of one recipe; unpaired, a difference has twice that variance.
  const sd = Math.sqrt(parts.seeds / (paired ? 1 : 2));
  const expected = powerOfSeeds(seeds, { difference: truth, sd, sentences: Math.sqrt(parts.sentences), paired });
  return { covered: covered / rounds, seen: seen / rounds, expected };
}

function study({ seeds, sd, paired }: SimulationOptions, round: number): [Counts[][][], Counts[][][]] {
  const random = randomStream(round, "study", seeds, String(paired));
  const shared = Array.from({ length: seeds }, () => (paired ? sd * Math.SQRT1_2 * random.normal() : 0));
  const own = paired ? sd * Math.SQRT1_2 : sd;
  const run = (system: 0 | 1, seed: number): Counts[][] => {
    const shift = shared[seed] + own * random.normal();
    const sentences = randomStream(round, "study sentences", seeds);
    return [Array.from({ length: SENTENCES }, () => sentencePair(sentences, shift)[system])];
  };
  return [shared.map((_, i) => run(0, i)), shared.map((_, i) => run(1, i))];
}
