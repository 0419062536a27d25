/**
 * Which definition of the score gives the numbers that were reported: every preset, threshold, with and without the type else,
 * over the whole set and over its first n sentences, from the predictions that are on file.
 *
 * The order of the types cannot be searched: another order is another question, whose answers are in no file of this one.
 */
import { goldTypes, type NerRecord } from "../../data/records";
import { UserError } from "../../errors";
import type { Predictions } from "../../evaluate/predictions/predictions";
import { addCounts, type Counts, f1Scores } from "../../evaluate/scoring/metrics";
import { PRESETS, type Preset, promptDifference, rulesOf } from "../../evaluate/scoring/presets";
import { scorePredictions } from "../../evaluate/scoring/scoring";
import { isElse } from "../inputs/benchmark";

/** A set with its predictions, its gold and the number that was reported of it, F1 in 0..1. */
export interface Reported {
  name: string;
  predictions: Predictions;
  records: readonly NerRecord[];
  f1: number;
}

export interface Definition {
  preset: string;
  verdict: Preset["verdict"];
  threshold: number;
  /** Whether the type else was left out; null where no set has it. */
  withoutElse: boolean | null;
  /** Only the first so many sentences of each set; null = all. */
  first: number | null;
  f1: Record<string, number>;
  /** Root of the mean squared difference from the reported numbers, in points. */
  distance: number;
  /** Every number agrees to a tenth of a point, which is how scores are reported. */
  agrees: boolean;
}

const THRESHOLDS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
const FIRST = [50, 100, 200, 300, 400, 500, 1000];
/** Half a tenth, and what a rounded number may lack. */
const SAME = 0.0501;

/** All definitions that these predictions can answer, the nearest first; of equals, the plainest. */
export function definitions(reported: readonly Reported[]): Definition[] {
  if (reported.length === 0) return [];
  const withElse = reported.some(({ records }) => goldTypes(records).some(isElse));
  const found = PRESETS.flatMap((preset) =>
    THRESHOLDS.flatMap((threshold) =>
      (withElse ? [false, true] : [null]).flatMap((withoutElse) => ofRules(reported, preset, threshold, withoutElse)),
    ),
  );
  return found.sort((a, b) => Number(b.agrees) - Number(a.agrees) || a.distance - b.distance || oddity(a) - oddity(b));
}

/** How far a definition is from GLiNER's own: the whole set at .5. */
const oddity = ({ preset, threshold, first, verdict }: Definition) =>
  (preset === "gliner" ? 0 : 1) + 10 * Math.abs(threshold - 0.5) + (first ? 20 : 0) + (verdict === "wrong" ? 10 : 0);

/** Those that give different numbers: of equals, the first. */
export function distinct(found: readonly Definition[]): Definition[] {
  const keyOf = ({ threshold, withoutElse, first, f1 }: Definition) =>
    JSON.stringify([threshold, withoutElse, first, f1]);
  const firsts = new Map([...found].reverse().map((one) => [keyOf(one), one]));
  return found.filter((one) => firsts.get(keyOf(one)) === one);
}

function ofRules(
  reported: readonly Reported[],
  preset: Preset,
  threshold: number,
  withoutElse: boolean | null,
): Definition[] {
  const counts = reported.map((set) => countsOf(set, preset, threshold, withoutElse));
  if (counts.some((rows) => rows === undefined)) return [];
  const rows = counts as Counts[][];
  // Without a sentence's number there are no first sentences.
  const apart = rows.every((list, i) => list.length === reported[i].records.length);
  const cuts = apart ? FIRST.filter((n) => rows.some((list) => n < list.length)) : [];
  return [null, ...cuts].map((first) => ({
    preset: preset.name,
    verdict: preset.verdict,
    threshold,
    withoutElse,
    first,
    ...heldAgainst(
      reported,
      rows.map((list) => f1Scores(addCounts(list.slice(0, first ?? list.length))).f1),
    ),
  }));
}

/** undefined = these predictions cannot answer it: a type was not asked, or the threshold lies below their floor. */
function countsOf(
  { name, predictions, records }: Reported,
  preset: Preset,
  threshold: number,
  withoutElse: boolean | null,
) {
  const own = rulesOf(preset, name);
  const types = goldTypes(records);
  const drop = withoutElse ? [...own.drop, ...types.filter(isElse)] : own.drop;
  // A preset that leaves else out is no definition with it.
  if (withoutElse === false && own.drop.some(isElse)) return undefined;
  try {
    promptDifference(
      preset,
      predictions,
      types.filter((type) => !drop.includes(type)),
    );
    return scorePredictions(records, predictions, { ...own, drop, threshold }).counts;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function heldAgainst(
  reported: readonly Reported[],
  f1: readonly number[],
): Pick<Definition, "f1" | "distance" | "agrees"> {
  const apart = reported.map((set, i) => 100 * (f1[i] - set.f1));
  return {
    f1: Object.fromEntries(reported.map(({ name }, i) => [name, f1[i]])),
    distance: Math.sqrt(apart.reduce((sum, d) => sum + d * d, 0) / apart.length),
    agrees: apart.every((d) => Math.abs(d) <= SAME),
  };
}
