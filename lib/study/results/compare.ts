/** The arms of a plan held against its control: differences with both sources of chance, from what is on file. */
import { isDeepStrictEqual } from "node:util";
import { UserError } from "../../errors";
import type { Counts } from "../../evaluate/scoring/metrics";
import { addCounts } from "../../evaluate/scoring/metrics";
import { smallestDetectable } from "../../evaluate/statistics/power";
import { compareSeeds, type SeedComparison } from "../../evaluate/statistics/seeds";
import { type Ask, askingOf, presetAsked } from "../plan/ask";
import type { PlannedArm, PlannedRuns } from "../plan/runs";
import type { RunResult } from "../run/result";
import { countsOf, type ReadingResult } from "../run/tests";

/** A run of an arm that is there. */
export interface ArmRun {
  seed: number;
  id: string;
  reading: ReadingResult;
  result: RunResult;
}

/** An arm against the control, over seeds and sentences. */
export interface ArmComparison {
  arm: PlannedArm["arm"];
  runs: ArmRun[];
  /** Of the arm less the control; undefined where one of them has no run. */
  seen: SeedComparison | undefined;
  /** Seeds of the side that has fewer. */
  seeds: number;
  /** Smallest true difference that 80 % of such studies would see; Infinity with one seed. */
  detectable: number;
  /** False where a way of scoring keeps no sentences apart: the interval is then over seeds alone. */
  overSentences: boolean;
  /** Both gave the same answers, seed by seed: not only the same F1. */
  sameAnswers: boolean;
  /** No run of the arm is of a processor that the control has: other rounding is part of the difference. */
  elsewhere: boolean;
  /** Of the interval, and of what could be seen. */
  level: number;
}

/** All arms of a study against their control. */
export interface StudyComparison {
  control: ArmRun[];
  arms: ArmComparison[];
}

export const RESAMPLES = 2000;

/**
 * @param level of the intervals; @param results by run id
 * @throws UserError where runs whose questions take the same sentences were asked of others
 */
export function comparePlan(
  { control, arms }: PlannedRuns,
  results: ReadonlyMap<string, RunResult>,
  level = 0.95,
): StudyComparison {
  checkTests([control, ...arms], results);
  const base = runsOf(control, results);
  return { control: base, arms: arms.map((arm) => compareArm(arm, base, results, level)) };
}

/** A test file that changed between two runs is another test: its numbers are in no difference with the old one's. */
function checkTests(planned: readonly PlannedArm[], results: ReadonlyMap<string, RunResult>): void {
  const first = new Map<string, ArmRun>();
  for (const arm of planned)
    for (const run of runsOf(arm, results)) {
      const tests = testsName(arm.arm.ask);
      const other = first.get(tests) ?? run;
      first.set(tests, other);
      if (other.reading.tests_sha256 !== run.reading.tests_sha256)
        throw new UserError(
          `the run ${run.id} (seed ${run.seed}) was asked of other sentences than ${other.id} (seed ${other.seed}): a file of the tests changed between them. Give another --out with --fresh, or remove the results of the older one.`,
        );
    }
}

/** Questions of one name take the same sentences and gold: a splitter makes others, and a preset keeps the types that `drop` leaves out. */
const testsName = (ask: Ask) => JSON.stringify([presetAsked(ask) !== null, askingOf(ask).splitter ?? null]);

function compareArm(
  planned: PlannedArm,
  control: ArmRun[],
  results: ReadonlyMap<string, RunResult>,
  level: number,
): ArmComparison {
  const runs = runsOf(planned, results);
  const { a, b, paired } = sidesOf(runs, control);
  const seeds = Math.min(a.length, b.length);
  const none = {
    arm: planned.arm,
    runs,
    seen: undefined,
    seeds,
    detectable: Number.POSITIVE_INFINITY,
    overSentences: true,
    sameAnswers: false,
    elsewhere: false,
    level,
  };
  if (seeds === 0) return none;
  const sameAnswers = paired && isDeepStrictEqual(answersOf(a), answersOf(b));
  const {
    counts: [left, right],
    overSentences,
  } = comparableCounts([a, b]);
  const seen = compareSeeds(left, right, { resamples: overSentences ? RESAMPLES : 2, paired, level });
  // Runs that differ and have the same F1 throughout (all 0, say) show no spread: what they could have shown is not known.
  const blind = seen.standardError === 0 && !sameAnswers;
  const detectable = blind ? Number.POSITIVE_INFINITY : smallestDetectable(seen, seeds, { level });
  const elsewhere = !a.some((run) => b.some((other) => other.result.ran.processor === run.result.ran.processor));
  return { arm: planned.arm, runs, seen, seeds, detectable, overSentences, sameAnswers, elsewhere, level };
}

/**
 * Runs of one seed have the same order of data, and the same first weights as far as the arms allow: they pair. Where every seed of
 * the arm is one of the control's, those are compared and the control's others left out, be it a single one; else all with all.
 */
function sidesOf(runs: ArmRun[], control: ArmRun[]): { a: ArmRun[]; b: ArmRun[]; paired: boolean } {
  const pairs = runs.flatMap((run) => control.find(({ seed }) => seed === run.seed) ?? []);
  const allPair = pairs.length === runs.length;
  return { a: runs, b: allPair ? pairs : control, paired: allPair && runs.length > 1 };
}

const answersOf = (runs: readonly ArmRun[]) => runs.map(({ reading }) => countsOf(reading));

/** Counts of runs that are to be compared: a row a sentence, or, where a way of scoring keeps no sentences apart, a row a set. */
export function comparableCounts(sides: readonly (readonly ArmRun[])[]): {
  counts: Counts[][][][];
  overSentences: boolean;
} {
  const counts = sides.map(answersOf);
  const [first] = counts.flat();
  const overSentences = counts.flat().every((run) => run.every((set, i) => set.length === first[i].length));
  const summed = (sets: Counts[][]) => sets.map((rows) => [addCounts(rows)]);
  return { counts: overSentences ? counts : counts.map((side) => side.map(summed)), overSentences };
}

/** The runs of an arm that are there. */
export function runsOf({ runs }: PlannedArm, results: ReadonlyMap<string, RunResult>): ArmRun[] {
  return runs.flatMap(({ seed, id, reading }) => {
    const result = results.get(id);
    const found = result?.readings[reading];
    return result && found ? [{ seed, id, reading: found, result }] : [];
  });
}
