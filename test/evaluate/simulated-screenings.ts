/** Made-up screenings whose truth is known: factors with and without an effect, seeds with one of their own, sentences drawn anew. */
import type { Counts } from "../../lib/evaluate/scoring/metrics";
import { f1Scores } from "../../lib/evaluate/scoring/metrics";
import { type FactorialRun, factorialEffects } from "../../lib/evaluate/statistics/factorial";
import { type RandomStream, randomStream } from "../../lib/random";
import { mirrored, plackettBurman } from "../../lib/study/plan/design";
import { sentencePair } from "./synthetic";

export interface ScreeningSimulation {
  rounds: number;
  factors: number;
  blocks: number;
  sentences: number;
}

/** Of skill, from the first level to the second; the other factors do nothing. */
const EFFECTS = [0.06, -0.03, 0.02];
const SEED_SD = 0.03;
const RUN_SD = 0.015;

/** @returns the share of intervals that hold the truth, of those of idle factors that leave 0 out, and of the first effect's that do */
export function simulateScreening(options: ScreeningSimulation): { covered: number; wrong: number; seen: number } {
  const { rounds, factors, blocks, sentences } = options;
  const truth = truths(factors);
  let [covered, wrong, seen] = [0, 0, 0];
  for (let round = 0; round < rounds; round++) {
    const random = randomStream(round, "screening", blocks);
    const effects = factorialEffects(
      study({ factors, blocks, sentences, round }, random),
      truth.map((_, f) => [f]),
      { seed: round, resamples: 200 },
    ).effects;
    effects.forEach(({ interval }, f) => {
      const { low, high } = interval ?? { low: Number.NaN, high: Number.NaN };
      covered += Number(low <= truth[f] && truth[f] <= high);
      const told = Number(low > 0 || high < 0);
      if (f >= EFFECTS.length) wrong += told;
      if (f === 0) seen += told;
    });
  }
  return {
    covered: covered / rounds / factors,
    wrong: wrong / rounds / (factors - EFFECTS.length),
    seen: seen / rounds,
  };
}

function study(
  { factors, blocks, sentences, round }: Omit<ScreeningSimulation, "rounds"> & { round: number },
  random: RandomStream,
): FactorialRun[] {
  const design = plackettBurman(factors);
  return Array.from({ length: blocks }, (_, block) => block).flatMap((block) => {
    const seed = SEED_SD * random.normal();
    return (block % 2 ? mirrored(design) : design).map((levels) => {
      const skill = seed + RUN_SD * random.normal() + shiftOf(levels);
      // The same sentences in every run, whose answers fall by chance of the run's own.
      const stream = randomStream(round, "screening sentences");
      return {
        levels,
        block,
        counts: [Array.from({ length: sentences }, (): Counts => sentencePair(stream, skill)[0])],
      };
    });
  });
}

const shiftOf = (levels: readonly boolean[]) =>
  EFFECTS.reduce((sum, effect, f) => sum + ((levels[f] ? 1 : -1) * effect) / 2, 0);

/** What the effects of skill are as effects of F1, on endlessly many sentences. */
function truths(factors: number): number[] {
  const slope = (f1At(0.02) - f1At(-0.02)) / 0.04;
  return Array.from({ length: factors }, (_, f) => (EFFECTS[f] ?? 0) * slope);
}

function f1At(shift: number): number {
  const random = randomStream(1, "truth of a screening");
  const sum: Counts = { truePositives: 0, falsePositives: 0, falseNegatives: 0 };
  for (let i = 0; i < 300_000; i++) {
    const [one] = sentencePair(random, shift);
    sum.truePositives += one.truePositives;
    sum.falsePositives += one.falsePositives;
    sum.falseNegatives += one.falseNegatives;
  }
  return f1Scores(sum).f1;
}
