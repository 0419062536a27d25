/** What to run next: what a finding itself names, then a study for each whose worth nobody has measured and that can be measured here. */
import { UserError } from "../errors";
import { estimatePlan } from "../study/estimate/estimate";
import { type Machine, thisMachine } from "../study/estimate/machine";
import { sizesOf } from "../study/estimate/sizes";
import type { Sizes } from "../study/plan/plan";
import { planOf } from "../study/plan/read";
import { planRuns } from "../study/plan/runs";
import { recipeOf } from "../study/plan/settings";
import { readSuspect } from "../study/suspects/suspect";
import type { Sighting } from "./finding";
import type { AblationPath } from "./path/path";

export interface NextStep {
  command: string;
  /** On this machine; null = not estimated. */
  minutes: number | null;
  why: string;
}

export function nextSteps(seen: readonly Sighting[]): NextStep[] {
  const named = seen.flatMap(({ next }) => (next ? [{ ...next, minutes: null }] : []));
  const ids = new Set(seen.flatMap(({ effect, suspect }) => (effect === null && suspect ? [suspect] : [])));
  const studies = [...ids]
    .map((id) => readSuspect(id))
    .flatMap(({ id, question, arms }) => {
      if (arms.every(({ notRunnable }) => notRunnable !== null)) return [];
      return [{ command: `${STUDY} ${id} --out runs/${id}`, minutes: null, why: question }];
    });
  return [...named, ...studies];
}

/** The path on a small task, where keys differ that nobody has measured. @param era that the audit was given */
export function pathStep(path: AblationPath | null, era: string | null): NextStep[] {
  const open = path?.steps.filter((step) => step.why === "not measured" && !FLOAT32_ALONE.has(step.key)) ?? [];
  if (!path || open.length === 0) return [];
  const version = era === null ? "" : ` --era ${era}`;
  const command = `npm run -s audit -- ${quoted(path.from)} --against ${quoted(path.to)}${version} --measure --out runs/path`;
  const keys = open.map(({ key }) => key).join(", ");
  return [{ command, minutes: null, why: `What are ${keys} worth on a small task, one after the other?` }];
}

/** No run of this program can have another. */
const FLOAT32_ALONE: ReadonlySet<string> = new Set(["mixed_precision"]);

/** As a shell takes it. */
const quoted = (name: string) => (/^[\w./-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`);

const STUDY = "npm run -s study --";

/** The steps with the study's estimate of their time; null where data or encoder are not here. Measures this machine once. */
export async function withMinutes(steps: readonly NextStep[]): Promise<NextStep[]> {
  if (steps.length === 0) return [];
  const machine = await thisMachine(".");
  const sizes = new Map<string, Sizes>();
  const timed: NextStep[] = [];
  for (const step of steps) timed.push({ ...step, minutes: await minutesOf(step, machine, sizes) });
  return timed;
}

/** @param sizes of each recipe's data: they are counted once */
async function minutesOf({ command }: NextStep, machine: Machine, sizes: Map<string, Sizes>): Promise<number | null> {
  if (!command.startsWith(STUDY)) return null;
  const plan = planOf(readSuspect(command.slice(STUDY.length).trim().split(" ")[0]));
  try {
    const counted = sizes.get(plan.recipe) ?? (await sizesOf(recipeOf(plan.recipe, plan.control)));
    sizes.set(plan.recipe, counted);
    const { runs } = await planRuns(plan, "allowed");
    const { wall_hours } = await estimatePlan({ ...plan, sizes: counted }, runs, machine);
    return Math.ceil(60 * wall_hours);
  } catch (error) {
    // No data to count, or an encoder whose size nobody here knows: there is no estimate, and the step stays.
    if (error instanceof UserError) return null;
    throw error;
  }
}
