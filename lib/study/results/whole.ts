/** A whole change less the sum of its parts: (whole - control) - sum of (part - control), seed by seed. */
import { meanF1 } from "../../evaluate/statistics/bootstrap";
import { contrastSeeds } from "../../evaluate/statistics/contrast";
import { mean } from "../../evaluate/statistics/mean";
import type { TwoLevels } from "../../evaluate/statistics/two-levels";
import type { Whole } from "../plan/whole";
import { type ArmRun, comparableCounts, RESAMPLES, type StudyComparison } from "./compare";
import { signed } from "./verdict";

/** A whole and its parts, as a result has them. F1 in 0..1. */
export interface StoredWhole extends Whole {
  /** Those of which the control, the whole and every part have a run. */
  seeds: number[];
  /** Whole less control, and the sum of the parts less control each; null = no such seed. */
  of_whole: number | null;
  of_parts: number | null;
  /** The first less the second, and its interval at the result's `level`; null with one seed. */
  left: number | null;
  ci95: [low: number, high: number] | null;
  verdict: string;
}

/** @param comparison of all arms of the plan that can be run */
export function storedWhole(whole: Whole, { control, arms }: StudyComparison, level: number): StoredWhole {
  const runsOf = (value: string) => arms.find(({ arm }) => arm.value === value)?.runs ?? [];
  const all = [runsOf(whole.whole), ...whole.parts.map(runsOf), control];
  const seeds = control.map(({ seed }) => seed).filter((seed) => all.every((runs) => ofSeed(runs, seed)));
  if (seeds.length === 0)
    return {
      ...whole,
      seeds,
      of_whole: null,
      of_parts: null,
      left: null,
      ci95: null,
      verdict: `${whole.name}: not known: no seed has all of ${[whole.whole, ...whole.parts].join(", ")}`,
    };
  const { counts, overSentences } = comparableCounts(
    all.map((runs) => seeds.map((seed) => ofSeed(runs, seed) as ArmRun)),
  );
  const options = { resamples: overSentences ? RESAMPLES : 2, level };
  const n = whole.parts.length;
  const seen = contrastSeeds(counts, [1, ...whole.parts.map(() => -1), n - 1], options);
  const ofWhole = mean(counts[0].map(meanF1)) - mean(counts[n + 1].map(meanF1));
  return {
    ...whole,
    seeds,
    of_whole: ofWhole,
    of_parts: ofWhole - seen.difference,
    left: seen.difference,
    ci95: seeds.length > 1 ? [seen.low, seen.high] : null,
    verdict: verdictOfWhole(whole, seen, seeds.length),
  };
}

const ofSeed = (runs: readonly ArmRun[], seed: number) => runs.find((run) => run.seed === seed);

function verdictOfWhole({ name }: Whole, { difference, low, high }: TwoLevels, seeds: number): string {
  if (seeds < 2)
    return `${name}: cannot be told with ${seeds} seed, whose spread is unknown; at least 2 would be needed`;
  const interval = `${signed(low)} to ${signed(high)}`;
  if (low > 0 || high < 0)
    return `${name}: ${signed(difference)} points (${interval}) with ${seeds} seeds, which have no name: what the parts do to each other, and what none of them has`;
  return `${name}: cannot be told from 0 with ${seeds} seeds: it lies between ${signed(low)} and ${signed(high)} points`;
}
