/** The recipes of GLiNER's history (data/recipes/eras), key by key: what each yaml and its code said, and what of it holds here. */
import { existsSync, readdirSync } from "node:fs";
import { dataPath } from "../../data/project";
import { versionOf } from "../../era";
import { UserError, usageError } from "../../errors";
import { isObject } from "../../files/json-object";
import { readYaml } from "../../files/yaml";
import { parseRecipe, type Recipe } from "./recipe";

/** One key of a recipe of its day. */
export interface EraKey {
  /** What the yaml says, or the code where the yaml is silent. */
  value: unknown;
  /** "yaml", a file of the code, "assumed", or who said it. */
  source: string;
  /** Whether the code of that day reads the key. */
  read: boolean;
  /** Keys and values of a recipe here; empty where nothing here corresponds. */
  here: Readonly<Record<string, unknown>>;
}

/** A recipe of its day: what ran when somebody took that yaml and the code beside it. */
export interface EraRecipe {
  /** The file's name: "v0", "0.2.13-issue-209". */
  name: string;
  title: string;
  /** The version whose loss, sampler and optimiser it has. */
  era: string;
  /** The file in data/recipes/official that it is, where there is one. */
  official: string | null;
  /** Repository and commit. */
  code: string;
  /** Which yaml. */
  yaml: string;
  keys: ReadonlyMap<string, EraKey>;
  /** What the code did that no key says, a sentence each. */
  besides: readonly string[];
}

const FOLDER = dataPath("recipes", "eras");

/** Their names, oldest first. */
export function eraRecipeNames(): string[] {
  const names = readdirSync(FOLDER).flatMap((file) => (file.endsWith(".yaml") ? [file.slice(0, -".yaml".length)] : []));
  const order = (name: string) => versionOf(readEraRecipe(name).era).reduce((sum, part) => 1000 * sum + part, 0);
  return names.sort((a, b) => order(a) - order(b));
}

/** Whether there is a recipe of this name. */
export const isEraRecipe = (name: string): boolean =>
  /^[\w.-]+$/.test(name) && existsSync(dataPath("recipes", "eras", `${name}.yaml`));

/** @throws UserError (usage) where there is none of this name; UserError where its file lacks a part */
export function readEraRecipe(name: string): EraRecipe {
  if (!isEraRecipe(name))
    throw usageError(`there is no recipe "${name}"; wanted one of ${eraRecipeNames().join(", ")}.`);
  const path = dataPath("recipes", "eras", `${name}.yaml`);
  const raw = readYaml(path, "a recipe of its day");
  if (!isObject(raw) || !isObject(raw.keys)) throw new UserError(`${path} has no mapping "keys".`);
  const { official = null, besides = [] } = raw;
  const text = (key: string) => {
    const value = raw[key];
    if (typeof value === "string") return value;
    throw new UserError(`${path}: "${key}" is ${JSON.stringify(value) ?? "missing"}, wanted a text.`);
  };
  if (official !== null && typeof official !== "string") throw new UserError(`${path}: "official" is no name.`);
  if (!Array.isArray(besides)) throw new UserError(`${path}: "besides" is no list.`);
  const keys = Object.entries(raw.keys).map(([key, entry]) => [key, keyOf(key, entry, path)] as const);
  const head = { name, title: text("title"), era: text("era"), code: text("code"), yaml: text("yaml") };
  return { ...head, official, keys: new Map(keys), besides: besides.map(String) };
}

function keyOf(key: string, entry: unknown, path: string): EraKey {
  const sound =
    isObject(entry) && "value" in entry && typeof entry.source === "string" && typeof entry.read === "boolean";
  if (!sound) throw new UserError(`${path}: "${key}" wants value, source and read.`);
  const { value, here } = entry;
  // A key that is read and says nothing of here is the same key with the same value; a dead one does nothing.
  const plain = entry.read === true ? { [key]: value } : {};
  return {
    value,
    source: String(entry.source),
    read: entry.read === true,
    here: here === undefined ? plain : isObject(here) ? here : {},
  };
}

/** The keys of a recipe here that it means, `era` first: what is given wins over what the era would set by itself. */
export function keysHere({ era, keys }: EraRecipe): Record<string, unknown> {
  return Object.assign({ era }, ...[...keys.values()].map(({ here }) => here)) as Record<string, unknown>;
}

/** Keys that belong to the size of a run and to its encoder, not to the way it is trained. */
const OF_SIZE = new Set([
  ...["model_name", "hidden_size", "num_steps", "train_batch_size", "lr_encoder", "lr_others"],
  ...["mixed_precision", "prev_path", "save_every", "save_total_limit"],
]);

/**
 * The same without encoder, width, steps, batch size, learning rates, precision and checkpoints: what an arm of a study takes from
 * it, on the study's own encoder. @throws UserError (usage) where there is no such recipe
 */
export function keysAtAnySize(name: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(keysHere(readEraRecipe(name))).filter(([key]) => !OF_SIZE.has(key)));
}

/**
 * A recipe of its day as one that runs here, with `--set key=value` on top.
 * @throws UserError (usage) where there is none of this name, or no `train_data` is set: its own file is not here
 */
export function recipeOfItsDay(name: string, overrides: readonly string[]): Recipe {
  const recipe = readEraRecipe(name);
  if (!overrides.some((one) => /^\s*(data\.)?train_data\s*=/.test(one)))
    throw usageError(
      `--recipe ${name} trained on ${recipe.keys.get("train_data")?.value ?? "its own file"}, which is not here; add --set train_data=FILE.`,
    );
  return parseRecipe(keysHere(recipe), `the recipe ${name}`, overrides);
}
