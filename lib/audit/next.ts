/** What to run next: a study for each finding whose worth nobody has measured and that can be measured here. */
import { UserError } from "../errors";
import { estimatePlan } from "../study/estimate/estimate";
import { type Machine, thisMachine } from "../study/estimate/machine";
import { planOf } from "../study/plan/read";
import { planRuns } from "../study/plan/runs";
import { readSuspect } from "../study/suspects/suspect";
import type { Sighting } from "./finding";

export interface NextStep {
  command: string;
  /** On this machine; null = not estimated. */
  minutes: number | null;
  why: string;
}

export function nextSteps(seen: readonly Sighting[]): NextStep[] {
  const ids = new Set(seen.flatMap(({ effect, suspect }) => (effect === null && suspect ? [suspect] : [])));
  return [...ids]
    .map((id) => readSuspect(id))
    .flatMap(({ id, question, arms }) => {
      if (arms.every(({ notRunnable }) => notRunnable !== null)) return [];
      return [{ command: `${STUDY} ${id} --out runs/${id}`, minutes: null, why: question }];
    });
}

const STUDY = "npm run -s study --";

/** The steps with the study's estimate of their time; null where data or encoder are not here. Measures this machine once. */
export async function withMinutes(steps: readonly NextStep[]): Promise<NextStep[]> {
  if (steps.length === 0) return [];
  const machine = await thisMachine(".");
  const timed: NextStep[] = [];
  for (const step of steps) timed.push({ ...step, minutes: await minutesOf(step, machine) });
  return timed;
}

async function minutesOf({ command }: NextStep, machine: Machine): Promise<number | null> {
  const plan = planOf(readSuspect(command.slice(STUDY.length).trim().split(" ")[0]));
  try {
    const { wall_hours } = await estimatePlan(plan, (await planRuns(plan, "allowed")).runs, machine);
    return Math.ceil(60 * wall_hours);
  } catch (error) {
    // No data to count, or an encoder whose size nobody here knows: there is no estimate, and the step stays.
    if (error instanceof UserError) return null;
    throw error;
  }
}
