/** From a plan to its runs: each once, however many arms look at it. */
import { UserError, usageError } from "../../errors";
import { sha256 } from "../../files/hash";
import type { Recipe } from "../../gliner/recipe/recipe";
import { checkTrainable, releaseOf } from "../engines/python/job";
import { type Arm, type Checkpoint, ENGINE, type ScoreSwitches } from "./arm";
import { type Ask, askName, presetAsked } from "./ask";
import type { Plan, Tests } from "./plan";
import { type Screening, seedsOfArm } from "./screening";
import { canonical, type RunSettings, recipeOf, runId, settingsOf } from "./settings";

/** A training run that a plan needs, and what is to be read off it. */
export interface RunSpec {
  id: string;
  seed: number;
  /** The arms that it serves, for progress. */
  arms: string[];
  settings: RunSettings;
  /** With the names of its data: what `train` is given. */
  recipe: Recipe;
  readings: Reading[];
  tests: Tests;
}

/** What a reader knows a run by. */
export const titleOf = ({ arms, seed, id }: Pick<RunSpec, "arms" | "seed" | "id">): string =>
  `${arms[0]}, seed ${seed} (${id})`;

/** One way of looking at a trained run: which checkpoint, how it is asked, how the answers are scored. */
export interface Reading {
  checkpoint: Checkpoint;
  ask: Ask;
  score: string | ScoreSwitches;
}

/** An arm of a plan with the runs that it needs, by seed. */
export interface PlannedArm {
  arm: Arm;
  runs: { seed: number; id: string; reading: string }[];
}

/** The runs of a plan, each with the id that hashes its settings. */
export interface PlannedRuns {
  control: PlannedArm;
  /** Those that can be run. */
  arms: PlannedArm[];
  runs: RunSpec[];
  /** Of everything but the seeds: a results folder belongs to one of these. */
  planId: string;
}

/** @param absent what data that are not here are: an estimate can do without @throws UserError where a setting is none, data are missing, or nothing of the plan can be run */
export async function planRuns(plan: Plan, absent: "error" | "allowed" = "error"): Promise<PlannedRuns> {
  const runnable = plan.arms.filter(({ notRunnable }) => notRunnable === null);
  if (runnable.length === 0)
    throw new UserError(
      `${plan.name}: no arm can be run: ${plan.arms.map(({ value, notRunnable }) => `${value}, ${notRunnable}`).join("; ")}.`,
    );
  for (const arm of [plan.control, ...runnable]) {
    checkEngine(plan, arm);
    checkCheckpoint(plan, arm);
  }
  const runs = new Map<string, RunSpec>();
  const planned: PlannedArm[] = [];
  for (const [i, arm] of [plan.control, ...runnable].entries())
    planned.push(await planArm(plan, arm, { seeds: seedsOfArm(plan.screening, plan.seeds, i), runs, absent }));
  const [control, ...arms] = planned;
  if (plan.screening) checkFactors(plan, plan.screening, planned);
  else checkApart(plan, planned);
  return { control, arms, runs: [...runs.values()], planId: await idOf(plan, runnable, absent) };
}

/** @throws UserError where turning a factor changes nothing of a run: two rows of the design would be one run */
function checkFactors({ name }: Plan, { factors, rows }: Screening, planned: readonly PlannedArm[]): void {
  const idOf = (row: number, seed: number) => planned[row].runs.find((run) => run.seed === seed)?.id;
  for (const [row, { runs }] of planned.entries())
    for (const { seed, id } of runs) {
      const other = planned.findIndex((_, at) => at > row && idOf(at, seed) === id);
      if (other < 0) continue;
      const idle = factors
        .filter((_, f) => rows[row].levels[f] !== rows[other].levels[f])
        .map((one) => `"${one.name}"`);
      throw usageError(
        `${name}: with or without ${idle.join(" and ")} a run is the same: its recipe does not read the keys.`,
      );
    }
}

/** @throws UserError where two arms look at the same runs in the same way: a difference of 0 would be no result */
function checkApart({ name }: Plan, planned: readonly PlannedArm[]): void {
  const looks = planned.map(({ runs }) => JSON.stringify(runs));
  const second = looks.findIndex((look, i) => looks.indexOf(look) < i);
  if (second < 0) return;
  const [one, other] = [planned[looks.indexOf(looks[second])], planned[second]].map(({ arm }) => `"${arm.value}"`);
  throw usageError(`${name}: ${one} and ${other} are the same runs, looked at in the same way; leave one out.`);
}

/** @throws UserError where the best checkpoint is wanted of a run that never evaluates */
function checkCheckpoint(plan: Plan, arm: Arm): void {
  if (arm.checkpoint !== "best" || recipeOf(plan.recipe, arm).training.eval_every > 0) return;
  throw usageError(
    `${plan.name}: the arm "${arm.value}" wants the best checkpoint, and its recipe never evaluates (eval_every 0); set eval_every.`,
  );
}

/** @throws UserError where there is no such engine, or it cannot train what the arm wants */
function checkEngine(plan: Plan, arm: Arm): void {
  if (arm.engine === ENGINE) return;
  const release = releaseOf(arm.engine);
  if (release === undefined)
    throw new UserError(
      `${plan.name}: the arm "${arm.value}" wants the engine ${arm.engine}; there are ${ENGINE} and python:VERSION, such as python:0.1.2.`,
    );
  if (typeof arm.ask === "object" && arm.ask !== null)
    throw new UserError(
      `${plan.name}: the arm "${arm.value}" asks with ${askName(arm.ask)}; ${arm.engine} is asked as a preset does, or with the sorted types.`,
    );
  if (arm.checkpoint !== "last")
    throw new UserError(
      `${plan.name}: the arm "${arm.value}" wants its best checkpoint; ${arm.engine} has its last one.`,
    );
  try {
    checkTrainable(recipeOf(plan.recipe, arm), release);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`${plan.name}: the arm "${arm.value}": ${error.message}`, error.exitCode);
  }
}

/** A reading's name in results. */
export function readingKey({ checkpoint, ask, score }: Reading, tests: Tests): string {
  return `${checkpoint}-${askName(ask)}-${sha256(canonical([score, tests])).slice(0, 8)}`;
}

/** How an arm looks at its runs; who asks as a preset does scores as it does, unless told otherwise. */
export function readingOf({ checkpoint, ask, score }: Arm): Reading {
  const unsaid = typeof score !== "string" && Object.keys(score).length === 0;
  return { checkpoint, ask, score: unsaid ? (presetAsked(ask) ?? score) : score };
}

async function planArm(
  plan: Plan,
  arm: Arm,
  { seeds, runs, absent }: { seeds: readonly number[]; runs: Map<string, RunSpec>; absent: "error" | "allowed" },
): Promise<PlannedArm> {
  const reading = readingOf(arm);
  const key = readingKey(reading, plan.tests);
  const planned: PlannedArm = { arm, runs: [] };
  for (const seed of seeds) {
    const recipe = recipeOf(plan.recipe, arm, seed);
    const settings = await settingsOf(recipe, arm, absent);
    const id = runId(settings);
    const run = runs.get(id) ?? { id, seed, arms: [], settings, recipe, readings: [], tests: plan.tests };
    runs.set(id, run);
    run.arms.push(arm.value);
    if (!run.readings.some((one) => readingKey(one, plan.tests) === key)) run.readings.push(reading);
    planned.runs.push({ seed, id, reading: key });
  }
  return planned;
}

async function idOf(plan: Plan, runnable: readonly Arm[], absent: "error" | "allowed"): Promise<string> {
  const parts: unknown[] = [plan.tests];
  for (const arm of [plan.control, ...runnable]) {
    const { seed: _, ...same } = await settingsOf(recipeOf(plan.recipe, arm), arm, absent);
    parts.push([same, readingOf(arm)]);
  }
  return sha256(canonical([plan.name, parts])).slice(0, 16);
}
