/** A plan: a control, the arms that are held against it, seeds, tests and a budget. */
import { existsSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { usageError } from "../../errors";
import type { Suspect } from "../suspects/suspect";
import type { Arm } from "./arm";
import type { Screening } from "./screening";
import type { Whole } from "./whole";

/** What a study runs: recipe, arms, seeds, tests, budget. */
export interface Plan {
  /** A suspect's id, or the plan's own name. */
  name: string;
  question: string;
  /** The recipe that control and arms change. */
  recipe: string;
  control: Arm;
  arms: Arm[];
  /** Every arm has a run of each; runs of one seed pair. */
  seeds: number[];
  tests: Tests;
  /** Arms that are also held against the sum of others. */
  wholes: Whole[];
  /** Most core-hours that the runs may take together; null = no limit. */
  coreHours: number | null;
  stopping: Stopping | null;
  /** Sizes of the data, where they are not here to be counted. */
  sizes: Sizes | null;
  suspect: Suspect | null;
  /** The factors of which control and arms are combinations; null = every arm is held against the control. */
  screening: Screening | null;
}

/** What the models are asked. */
export interface Tests {
  /** Names as `evaluate --data` takes them. */
  sets: string[];
  /** Types that are neither asked nor gold where an arm names no preset. */
  drop: string[];
  /** Only the first sentences of each; null = all. */
  limit: number | null;
}

/** A rule, fixed before the first run, by which an arm needs no further seeds. */
export interface Stopping {
  /** Numbers of seeds at which the results are looked at. */
  looks: number[];
  /** A difference of less than this counts as none. F1 in 0..1. */
  smallest: number;
}

/** Of the intervals: where results are looked at k times, each look has its share of the 5 % (Bonferroni). */
export function levelOf({ stopping }: Pick<Plan, "stopping">): number {
  return 1 - 0.05 / (stopping?.looks.length ?? 1);
}

/** The means of a data set, for an estimate without it. */
export interface Sizes {
  /** Words of a text. */
  words: number;
  subwords_per_word: number;
  /** Types that a text is asked for, and subwords of a type's name. */
  types: number;
  subwords_per_type: number;
}

/** What the command line changes of a plan. */
export interface PlanChanges {
  seeds?: readonly number[];
  /** Steps of the control; an arm that has its own keeps their ratio. */
  steps?: number;
  /** Only the first sentences of each test. */
  limit?: number;
  /** Leaves out the arms that are trained otherwise than the control: the others ask or score its runs. */
  askOnly?: boolean;
}

/** @throws UserError where the recipe of the plan is not there */
export function changedPlan(
  plan: Plan,
  { seeds, steps, limit, askOnly = false }: PlanChanges,
  baseSteps: () => number,
): Plan {
  if (!existsSync(plan.recipe)) throw usageError(`${plan.name}: the recipe ${plan.recipe} does not exist.`);
  const withSteps = (arm: Arm): Arm => {
    if (steps === undefined) return arm;
    const base = baseSteps();
    const own = typeof arm.set.num_steps === "number" ? arm.set.num_steps : base;
    const num_steps = Math.max(1, Math.round((own * steps) / base));
    return { ...arm, set: { ...arm.set, num_steps, eval_every: num_steps } };
  };
  const control = withSteps(plan.control);
  const arms = plan.arms.map(withSteps);
  return {
    ...plan,
    control,
    arms: askOnly ? arms.map((arm) => (sharesRuns(arm, control) ? arm : leftOut(arm))) : arms,
    seeds: seeds === undefined ? plan.seeds : [...seeds],
    tests: limit === undefined ? plan.tests : { ...plan.tests, limit },
  };
}

const leftOut = (arm: Arm): Arm => ({
  ...arm,
  notRunnable:
    arm.notRunnable ?? "it is trained otherwise, and only arms of the control's own runs were wanted (--ask-only)",
});

/** Whether two arms look at the same trained runs. */
const sharesRuns = (a: Arm, b: Arm): boolean =>
  a.engine === b.engine && isDeepStrictEqual([a.set, a.environment], [b.set, b.environment]);

/** More are a mistake in the number. */
export const MOST_SEEDS = 10_000;

/** Seeds 0, 1, ... so that a study with more seeds holds the runs of one with fewer. */
export const seedList = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
