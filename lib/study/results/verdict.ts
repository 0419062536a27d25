/** What a comparison allows one to say. Where the interval holds 0 nothing is claimed but what it would take to tell. */
import { UserError } from "../../errors";
import { type PowerOptions, seedsNeeded } from "../../evaluate/statistics/power";
import type { ArmComparison } from "./compare";

/** What is left of an arm's p among all that were looked at with it. */
export interface Family {
  corrected: number;
  size: number;
}

/** One clause about one arm. @param among where it is one of a family; null = looked at by itself */
export function verdictOf(comparison: ArmComparison, among: Family | null = null): string {
  const { arm, seen, seeds, sameAnswers, level } = comparison;
  if (!seen) return `${arm.value}: not run`;
  if (seeds < 2)
    return `${arm.value}: cannot be told with ${seeds} seed, whose spread is unknown; at least 2 would be needed`;
  const note = noteOf(comparison);
  if (seen.low > 0 || seen.high < 0)
    return `${arm.value}: ${signed(seen.difference)} points (${signed(seen.low)} to ${signed(seen.high)}) with ${seeds} seeds${chanceOf(among, level, "arms")}${note}`;
  if (sameAnswers) return `${arm.value}: the same answers, run by run`;
  if (seen.standardError === 0)
    return `${arm.value}: cannot be told with ${seeds} seeds: other answers, and the same F1 in every run`;
  return `${arm.value}: cannot be told with ${seeds} seeds: it lies between ${signed(seen.low)} and ${signed(seen.high)} points; ${needed(seen, level)}${note}`;
}

/** What the interval does not hold, or what besides the arm is in the difference. */
function noteOf({ overSentences, elsewhere }: ArmComparison): string {
  const notes = [
    ...(overSentences ? [] : ["over seeds alone: this scoring keeps no sentences apart"]),
    ...(elsewhere ? ["the arm ran on another processor than its control"] : []),
  ];
  return notes.length ? ` (${notes.join("; ")})` : "";
}

function needed({ difference, variance, paired }: NonNullable<ArmComparison["seen"]>, level: number): string {
  const sd = Math.sqrt(variance.seeds / (paired ? 1 : 2));
  return neededFor({ difference, sd, sentences: Math.sqrt(variance.sentences), paired, level });
}

/** How many seeds it would take to see a difference of the size that was seen. @param what a number of seeds is of, where not of single runs */
export function neededFor(
  { difference, ...spread }: PowerOptions & { difference: number },
  what = (seeds: number) => `${seeds}`,
): string {
  try {
    const seeds = seedsNeeded({ difference: Math.abs(difference), ...spread });
    return `at least ${what(seeds)} would be needed for a difference like the one seen (${signed(difference)})`;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return `no number of seeds would tell a difference as small as the one seen (${signed(difference)}) on these sentences`;
  }
}

/** What a reader of many differences must know of one that stands by itself. @param what they are of */
export function chanceOf(among: Family | null, level: number, what: string): string {
  if (among === null || among.corrected < 1 - level) return "";
  return `, which chance may throw up among so many ${what} (${among.size} looked at)`;
}

/** Clauses, and how far they hold. */
export function holdingFor(clauses: readonly string[], setting: string): string {
  return `${clauses.join(". ")}. This holds for ${setting}; it says nothing of larger encoders or longer training, and names no cause of either gap.`;
}

/** F1 in 0..1 as points. */
export const points = (value: number): string => (100 * value).toFixed(1);
export const signed = (value: number): string => `${value < 0 ? "-" : "+"}${points(Math.abs(value))}`;

/** A difference with its interval, as tables have it. */
export const withInterval = (difference: number, ci95: readonly [low: number, high: number] | null): string =>
  `${signed(difference)}${ci95 ? ` [${ci95.map(signed).join(", ")}]` : ""}`;
