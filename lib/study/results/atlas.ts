/** The seed atlas: how far runs of one recipe lie apart, test by test, where nothing but the seed differs. F1 in 0..1. */
import { usageError } from "../../errors";
import { mean } from "../../evaluate/statistics/mean";
import { type SeedSummary, seedSummary } from "../../evaluate/statistics/seeds";
import type { StoredRun, SuspectResult } from "./result";

/** One recipe on one test, over its seeds. */
export interface AtlasRow extends SeedSummary {
  /** What the arm is called. */
  value: string;
  /** A test's name, or MEAN for the mean of all tests. */
  test: string;
  /** F1 of each run, in the order of the seeds. */
  f1: number[];
}

/** The row that is the mean of the tests. */
export const MEAN = "mean";

/** A row for the mean and one for each test, of the control and of every arm that has a run. */
export function seedAtlas({ control, arms }: Pick<SuspectResult, "control" | "arms">): AtlasRow[] {
  return [control, ...arms].flatMap(({ value, runs }) => (runs.length ? rowsOf(value, runs) : []));
}

/** @throws UserError where two runs are of different tests */
function rowsOf(value: string, runs: readonly StoredRun[]): AtlasRow[] {
  const tests = Object.keys(runs[0].sets);
  for (const { id, sets } of runs)
    if (Object.keys(sets).join() !== tests.join())
      throw usageError(`the run ${id} is of ${Object.keys(sets).join(", ")}, wanted ${tests.join(", ")}.`);
  const means = runs.map(({ sets }) => mean(Object.values(sets)));
  const rows = [{ test: MEAN, f1: means }, ...tests.map((test) => ({ test, f1: runs.map(({ sets }) => sets[test]) }))];
  return rows.map(({ test, f1 }) => ({ value, test, f1, ...seedSummary(f1) }));
}
