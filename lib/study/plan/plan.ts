/** A plan: a control, the arms that are held against it, seeds, tests and a budget. Read from a suspect or from a file of its own. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ZERO_SHOT_SETS } from "../../data/zero-shot-tests";
import { usageError } from "../../errors";
import { PROJECT_ROOT } from "../../files/places";
import { type Fields, readYaml } from "../fields";
import { readSuspect, type Suspect } from "../suspects/suspect";
import { type Arm, plainArm, readArm } from "./arm";

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
  /** Most core-hours that the runs may take together; null = no limit. */
  coreHours: number | null;
  stopping: Stopping | null;
  /** Sizes of the data, where they are not here to be counted. */
  sizes: Sizes | null;
  suspect: Suspect | null;
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

/** The means of a data set, for an estimate without it. */
export interface Sizes {
  /** Words of a text. */
  words: number;
  subwords_per_word: number;
  /** Types that a text is asked for, and subwords of a type's name. */
  types: number;
  subwords_per_type: number;
}

/** Eight of the control were enough to see its spread; fewer than five of an arm show little. */
const SEEDS = 5;
const SEVEN: Tests = { sets: ZERO_SHOT_SETS.map((name) => `zero-shot:${name}`), drop: ["else"], limit: null };

/** The plan of a file, or of the suspect of this name. @throws UserError where there is neither, or the file is not sound */
export function readPlan(name: string): Plan {
  return /\.ya?ml$/.test(name)
    ? parsePlan(readYaml(name, "a plan, such as data/studies/sixty-or-fifty-five.yaml"))
    : planOf(readSuspect(name));
}

/** A suspect's control and arms, as far as they can be run. */
export function planOf(suspect: Suspect): Plan {
  const { id, question, control, arms } = suspect;
  const recipe = recipePath(suspect.recipe);
  const seeds = seedList(SEEDS);
  return {
    name: id,
    question,
    recipe,
    control,
    arms,
    seeds,
    tests: SEVEN,
    coreHours: null,
    stopping: null,
    sizes: null,
    suspect,
  };
}

/** @throws UserError on an unknown key, a missing one, or a value of the wrong kind */
export function parsePlan(fields: Fields): Plan {
  const name = fields.text("name");
  if (!/^[a-z0-9-]+$/.test(name))
    throw usageError(`${fields.where}: "name" is ${name}, wanted small letters, digits and "-".`);
  const question = fields.text("question");
  const recipe = recipePath(fields.text("recipe"));
  const { control, arms } = fields.has("factors") ? factorArms(fields) : listedArms(fields);
  const plan: Plan = {
    name,
    question,
    recipe,
    control,
    arms,
    seeds: readSeeds(fields),
    tests: fields.has("tests") ? readTests(fields.mapping("tests")) : SEVEN,
    coreHours: readBudget(fields.mapping("budget")),
    stopping: fields.has("stopping") ? readStopping(fields.mapping("stopping")) : null,
    sizes: fields.has("sizes") ? readSizes(fields.mapping("sizes")) : null,
    suspect: null,
  };
  // Prose of a pre-registration: kept with the file, and no setting.
  if (fields.has("registered")) fields.mapping("registered").all();
  fields.done();
  const values = [control, ...arms].map(({ value }) => value);
  const twice = values.find((value, i) => values.indexOf(value) !== i);
  if (twice !== undefined) throw usageError(`${fields.where}: two arms are called "${twice}"; rename one.`);
  return plan;
}

/** From where the command is called, else from the project's folder, where the project's own recipes are. */
function recipePath(path: string): string {
  return existsSync(path) ? path : join(PROJECT_ROOT, path);
}

function listedArms(fields: Fields): Pick<Plan, "control" | "arms"> {
  return { control: readArm(fields.mapping("control")), arms: fields.list("arms").map(readArm) };
}

/**
 * Arms from factors, each a recipe's key with its levels, the first level the control's. One at a time: an arm changes one factor.
 * Full: every combination is an arm.
 */
function factorArms(fields: Fields): Pick<Plan, "control" | "arms"> {
  const factors = Object.entries(fields.mapping("factors").all()).map(([key, levels]) => {
    if (!Array.isArray(levels) || levels.length < 2)
      throw usageError(
        `${fields.where}: the factor "${key}" is ${JSON.stringify(levels)}, wanted a list of two levels or more.`,
      );
    return { key, levels: levels as unknown[] };
  });
  const first = Object.fromEntries(factors.map(({ key, levels }) => [key, levels[0]]));
  const design = fields.choice("design", ["one-at-a-time", "full"], "one-at-a-time");
  const settings =
    design === "full"
      ? combinations(factors)
      : factors.flatMap(({ key, levels }) => levels.slice(1).map((level) => ({ ...first, [key]: level })));
  const [control, ...arms] = [first, ...settings.filter((one) => JSON.stringify(one) !== JSON.stringify(first))];
  const named = (setting: Record<string, unknown>) =>
    plainArm(factors.map(({ key }) => `${key}=${setting[key]}`).join(", "), setting);
  return { control: named(control), arms: arms.map(named) };
}

function combinations(factors: readonly { key: string; levels: readonly unknown[] }[]): Record<string, unknown>[] {
  return factors.reduce<Record<string, unknown>[]>(
    (sofar, { key, levels }) => sofar.flatMap((one) => levels.map((level) => ({ ...one, [key]: level }))),
    [{}],
  );
}

function readSeeds(fields: Fields): number[] {
  const value = fields.any("seeds") ?? SEEDS;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 1) return seedList(value);
  const list = Array.isArray(value) ? value : [];
  if (
    list.length > 0 &&
    list.every((seed) => Number.isSafeInteger(seed) && seed >= 0) &&
    new Set(list).size === list.length
  )
    return list as number[];
  throw usageError(
    `${fields.where}: "seeds" is ${JSON.stringify(value)}, wanted how many, or a list of different whole numbers.`,
  );
}

/** Seeds 0, 1, ... so that a study with more seeds holds the runs of one with fewer. */
export const seedList = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

function readTests(fields: Fields): Tests {
  const sets = fields.texts("sets", SEVEN.sets);
  const tests = {
    sets,
    drop: fields.texts("drop", SEVEN.drop),
    limit: fields.has("limit") ? fields.whole("limit", 1) : null,
  };
  fields.done();
  if (sets.length === 0) throw usageError(`${fields.where}: "sets" is empty, wanted a test at least.`);
  return tests;
}

function readBudget(fields: Fields): number | null {
  const hours = fields.has("core_hours") ? fields.number("core_hours", 0) : null;
  fields.done();
  return hours;
}

function readStopping(fields: Fields): Stopping {
  const looks = fields.any("looks");
  const sound =
    Array.isArray(looks) &&
    looks.length > 0 &&
    looks.every((n, i) => Number.isSafeInteger(n) && n >= 2 && (i === 0 || n > looks[i - 1]));
  if (!sound)
    throw usageError(`${fields.where}: "looks" is ${JSON.stringify(looks)}, wanted rising numbers of seeds from 2 on.`);
  const stopping = { looks: looks as number[], smallest: fields.number("smallest", 0) };
  fields.done();
  return stopping;
}

function readSizes(fields: Fields): Sizes {
  const sizes = {
    words: fields.number("words", 1),
    subwords_per_word: fields.number("subwords_per_word", 1),
    types: fields.number("types", 1),
    subwords_per_type: fields.number("subwords_per_type", 1),
  };
  fields.done();
  return sizes;
}

/** What the command line changes of a plan. */
export interface PlanChanges {
  seeds?: number;
  /** Steps of the control; an arm that has its own keeps their ratio. */
  steps?: number;
}

/** @throws UserError where the recipe of the plan is not there */
export function changedPlan(plan: Plan, { seeds, steps }: PlanChanges, baseSteps: number): Plan {
  if (!existsSync(plan.recipe)) throw usageError(`${plan.name}: the recipe ${plan.recipe} does not exist.`);
  const withSteps = (arm: Arm): Arm => {
    if (steps === undefined) return arm;
    const own = typeof arm.set.num_steps === "number" ? arm.set.num_steps : baseSteps;
    const num_steps = Math.max(1, Math.round((own * steps) / baseSteps));
    return { ...arm, set: { ...arm.set, num_steps, eval_every: num_steps } };
  };
  return {
    ...plan,
    control: withSteps(plan.control),
    arms: plan.arms.map(withSteps),
    seeds: seeds === undefined ? plan.seeds : seedList(seeds),
  };
}
