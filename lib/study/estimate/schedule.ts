/** Which runs a plan comes to, and how long they take side by side. */
import type { Plan } from "../plan/plan";
import type { RunSpec } from "../plan/runs";

/**
 * The runs in the stages in which the engine is given them: one stage, or one a look where a stopping rule was fixed. A seed
 * after the last look is never run and is in none. No look is taken to decide an arm, so that the whole is what is needed at most.
 */
export function stagesOf({ stopping, seeds }: Pick<Plan, "stopping" | "seeds">, runs: readonly RunSpec[]): RunSpec[][] {
  if (!stopping) return [[...runs]];
  const { looks } = stopping;
  return looks.map((look, i) => {
    const own = seeds.slice(i === 0 ? 0 : looks[i - 1], look);
    return runs.filter(({ seed }) => own.includes(seed));
  });
}

/**
 * Hours until the last of the runs has ended. As in the engine, the next run of the list goes to the lane that is free first: of
 * equal runs five take two rounds on four lanes. The list is not sorted, because the engine does not sort it either.
 */
export function hoursSideBySide(hours: readonly number[], lanes: number): number {
  const busy = Array.from({ length: lanes }, () => 0);
  for (const one of hours) busy[busy.indexOf(Math.min(...busy))] += one;
  return Math.max(...busy);
}
