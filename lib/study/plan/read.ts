/** Reads plans: a file of its own, or a suspect's control and arms. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ZERO_SHOT_SETS } from "../../data/zero-shot-tests";
import { usageError } from "../../errors";
import { PROJECT_ROOT } from "../../files/places";
import { type Fields, readFields } from "../fields";
import { setName } from "../run/tests";
import { readSuspect, type Suspect } from "../suspects/suspect";
import { readArm } from "./arm";
import { factorArms } from "./factors";
import { MOST_SEEDS, type Plan, type Sizes, type Stopping, seedList, type Tests } from "./plan";
import { readScreening } from "./screening";
import { readWhole } from "./whole";

/** Eight of the control were enough to see its spread; fewer than five of an arm show little. */
const SEEDS = 5;
const SEVEN: Tests = { sets: ZERO_SHOT_SETS.map((name) => `zero-shot:${name}`), drop: ["else"], limit: null };

/** The plan of a file, or of the suspect of this name. @throws UserError where there is neither, or the file is not sound */
export function readPlan(name: string): Plan {
  return /\.ya?ml$/.test(name)
    ? parsePlan(readFields(name, "a plan, such as data/studies/sixty-or-fifty-five.yaml"))
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
    wholes: [],
    seeds,
    tests: SEVEN,
    coreHours: null,
    stopping: null,
    sizes: null,
    suspect,
    screening: null,
  };
}

/** @throws UserError on an unknown key, a missing one, or a value of the wrong kind */
export function parsePlan(fields: Fields): Plan {
  const name = fields.text("name");
  if (!/^[a-z0-9-]+$/.test(name))
    throw usageError(`${fields.where}: "name" is ${name}, wanted small letters, digits and "-".`);
  const question = fields.text("question");
  const recipe = recipePath(fields.text("recipe"));
  const { control, arms, wholes, screening } = readArms(fields);
  const plan: Plan = {
    name,
    question,
    recipe,
    control,
    arms,
    wholes,
    seeds: readSeeds(fields),
    tests: fields.has("tests") ? readTests(fields.mapping("tests")) : SEVEN,
    coreHours: readBudget(fields.mapping("budget")),
    stopping: fields.has("stopping") ? readStopping(fields.mapping("stopping")) : null,
    sizes: fields.has("sizes") ? readSizes(fields.mapping("sizes")) : null,
    suspect: null,
    screening,
  };
  if (screening && plan.stopping)
    throw usageError(`${fields.where}: a screening has no stopping rule: an effect needs all runs of its design.`);
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

/** Arms of factors, each by itself or all combinations; of factors that a screening turns together; or listed one by one. */
function readArms(fields: Fields): Pick<Plan, "control" | "arms" | "wholes" | "screening"> {
  const design = fields.has("factors")
    ? fields.choice("design", ["one-at-a-time", "full", "screening"], "one-at-a-time")
    : "listed";
  if (design === "screening") return { ...readScreening(fields), wholes: [] };
  const { control, arms } =
    design === "listed"
      ? { control: readArm(fields.mapping("control")), arms: fields.list("arms").map(readArm) }
      : factorArms(fields, design);
  const values = arms.map(({ value }) => value);
  const wholes = fields.has("together") ? fields.list("together").map((one) => readWhole(one, values)) : [];
  return { control, arms, wholes, screening: null };
}

function readSeeds(fields: Fields): number[] {
  const value = fields.any("seeds") ?? SEEDS;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 1 && value <= MOST_SEEDS)
    return seedList(value);
  const list = Array.isArray(value) ? value : [];
  if (
    list.length > 0 &&
    list.every((seed) => Number.isSafeInteger(seed) && seed >= 0) &&
    new Set(list).size === list.length
  )
    return list as number[];
  throw usageError(
    `${fields.where}: "seeds" is ${JSON.stringify(value)}, wanted how many up to ${MOST_SEEDS}, or a list of different whole numbers.`,
  );
}

function readTests(fields: Fields): Tests {
  const sets = fields.texts("sets", SEVEN.sets);
  const tests = {
    sets,
    drop: fields.texts("drop", SEVEN.drop),
    limit: fields.has("limit") ? fields.whole("limit", 1) : null,
  };
  fields.done();
  if (sets.length === 0) throw usageError(`${fields.where}: "sets" is empty, wanted a test at least.`);
  const names = sets.map(setName);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw usageError(
      `${fields.where}: two of the tests are called "${twice}", and their answers go by that name; rename a file.`,
    );
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
