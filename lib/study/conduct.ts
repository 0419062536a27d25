/** Conducts a plan: performs its runs by an engine, look by look where a stopping rule was fixed. */

import { levelOf, type Plan } from "./plan/plan";
import type { PlannedRuns, RunSpec } from "./plan/runs";
import { type ArmComparison, comparePlan, type StudyComparison } from "./results/compare";
import { compareScreening, type ScreeningComparison } from "./results/factors";
import type { StudyFolder } from "./run/folder";
import type { RunResult } from "./run/result";
import type { RunsOnFile } from "./run/store";

/** Performs those of the runs that are not on file, and puts their results there. */
export type Engine = (runs: readonly RunSpec[]) => Promise<void>;

/** Performs what is not on file; `compareOnFile`, or `screenOnFile` for a screening, then says what the runs show. */
export async function conduct(
  plan: Plan,
  planned: PlannedRuns,
  folder: StudyFolder,
  engine: Engine,
  say: (line: string) => void,
): Promise<void> {
  if (!plan.stopping) await engine(planned.runs);
  else await lookByLook(plan, planned, folder, engine, say);
}

/** What is on file, compared; nothing is run. */
export function compareOnFile(plan: Plan, planned: PlannedRuns, folder: RunsOnFile): StudyComparison {
  return comparePlan(planned, resultsOf(planned.runs, folder), levelOf(plan));
}

/** What is on file of a screening, taken apart by factor; nothing is run. @throws UserError where no seed has all its runs */
export function screenOnFile(plan: Plan, planned: PlannedRuns, folder: RunsOnFile): ScreeningComparison {
  return compareScreening(plan, planned, resultsOf(planned.runs, folder), levelOf(plan));
}

export function resultsOf(runs: readonly RunSpec[], folder: RunsOnFile): Map<string, RunResult> {
  return new Map(
    runs.flatMap((run) => {
      const result = folder.result(run);
      return result ? [[run.id, result] as const] : [];
    }),
  );
}

/**
 * An arm gets no further seeds once a look has decided it: its interval leaves 0 out, or lies within the smallest difference that
 * counts. The control goes on with the last undecided arm.
 */
async function lookByLook(
  plan: Plan,
  planned: PlannedRuns,
  folder: StudyFolder,
  engine: Engine,
  say: (line: string) => void,
): Promise<void> {
  const { looks, smallest } = plan.stopping as NonNullable<Plan["stopping"]>;
  const most = Math.min(plan.seeds.length, looks.at(-1) ?? 0);
  let open = planned.arms;
  for (const look of looks) {
    const seeds = Math.min(look, most);
    const wanted = new Set([planned.control, ...open].flatMap(({ runs }) => runs.slice(0, seeds).map(({ id }) => id)));
    await engine(planned.runs.filter(({ id }) => wanted.has(id)));
    const upTo = { ...planned, control: cut(planned.control, seeds), arms: open.map((arm) => cut(arm, seeds)) };
    const { arms } = comparePlan(upTo, resultsOf(planned.runs, folder), levelOf(plan));
    open = open.filter((_, i) => !isDecided(arms[i], smallest));
    say(`look at ${seeds} seeds: ${open.length} of ${planned.arms.length} arms are undecided`);
    if (open.length === 0 || seeds === most) return;
  }
}

/** By the rule that was fixed in advance. Runs that differ and have one F1 throughout (all 0, say) show no spread: they decide nothing. */
export function isDecided({ seen, seeds, sameAnswers }: ArmComparison, smallest: number): boolean {
  if (!seen || seeds < 2 || (seen.standardError === 0 && !sameAnswers)) return false;
  const { low, high } = seen;
  return low > 0 || high < 0 || (low > -smallest && high < smallest);
}

const cut = <T extends { runs: unknown[] }>(arm: T, seeds: number): T => ({ ...arm, runs: arm.runs.slice(0, seeds) });
