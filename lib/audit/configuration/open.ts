/** Opens one side of a comparison: the name of a recipe, a yaml, a gliner_config.json, a run folder or a model folder. */
import { existsSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { dataPath } from "../../data/project";
import { UserError, usageError } from "../../errors";
import { isObject, type JsonObject, readJsonObject } from "../../files/json-object";
import { readYaml } from "../../files/yaml";
import { eraRecipeNames, isEraRecipe, keysHere, readEraRecipe } from "../../gliner/recipe/era-recipes";
import { parseRecipe, type Recipe } from "../../gliner/recipe/recipe";
import { eraSettings } from "../../gliner/recipe/settings";
import { type Manifest, readManifest } from "../../provenance/manifest";
import { officialNames, readOfficial } from "../../provenance/official";
import { type Configuration, type ConfigurationKind, isAside, pythonConfiguration } from "./configuration";
import { keyOf } from "./keys";

/**
 * @param what a recipe's name, or a path
 * @param era the version of GLiNER that reads a file of Python's; null = what the file says, if anything
 * @throws UserError where there is none of this name, or it is no configuration
 */
export function openConfiguration(what: string, era: string | null = null): Configuration {
  if (isNamed(what)) return officialNames().includes(what) ? ofOfficial(what) : ofItsDay(what);
  const own = dataPath("recipes", `${what}.yaml`);
  const path = !existsSync(what) && /^[\w.-]+$/.test(what) && existsSync(own) ? own : what;
  if (!existsSync(path))
    throw usageError(
      `${what} is no file, no folder and no recipe; wanted a yaml, a gliner_config.json, a run folder, or one of ${[...officialNames(), ...eraRecipeNames()].join(", ")}.`,
    );
  if (statSync(path).isDirectory()) return ofFolder(path, era);
  return path.endsWith(".json") ? ofJson(path, era) : ofYaml(path, era);
}

/** Whether it is a recipe's name, and no path: an official file's, or one of its day's. */
export const isNamed = (what: string): boolean => officialNames().includes(what) || isEraRecipe(what);

function ofFolder(path: string, era: string | null): Configuration {
  if (existsSync(join(path, "manifest.json"))) return ofManifest(readManifest(join(path, "manifest.json")), path);
  if (existsSync(join(path, "gliner_config.json"))) return ofJson(join(path, "gliner_config.json"), era);
  throw new UserError(
    `${path} has neither manifest.json nor gliner_config.json; wanted a run folder or a model folder.`,
  );
}

/** An official file: its four parts are one file again. */
export function ofOfficial(name: string): Configuration {
  const { model, training, unread, elsewhere, era } = readOfficial(name);
  const values = { ...model, ...training, ...elsewhere };
  const why = "read by no code of that version";
  const base = pythonConfiguration(name, "official recipe", new Map(Object.entries(values)), era);
  const dead = pythonConfiguration(name, "official recipe", new Map(Object.entries(unread)), era);
  return {
    ...base,
    // What the file's head says is in its train.py is read, whatever the table of keys says of files.
    effective: new Map([...dead.effective, ...base.effective, ...Object.entries({ ...model, ...training })]),
    given: new Map([...base.given, ...dead.given]),
    unread: new Map(Object.keys(unread).map((key) => [key, dead.unread.get(key) ?? why])),
    misspelt: new Map(),
  };
}

/** A recipe of its day: which keys were read stands in it. What only the code says is no part of the file. */
function ofItsDay(name: string): Configuration {
  const recipe = readEraRecipe(name);
  const file = [...recipe.keys].filter(([, { source }]) => !/\.py$|\/|torch/.test(source));
  // In the keys and values of here: span_mode marker of the first upload is markerV0.
  const given = file.map(([key, { value, read, here }]) => [key, read && key in here ? here[key] : value] as const);
  const unread = file.filter(([key, { read }]) => !read && !isAside(key));
  return {
    name,
    kind: "recipe of its day",
    era: recipe.era,
    given: new Map(given),
    unread: new Map(unread.map(([key]) => [key, "read by no code of that day"])),
    misspelt: new Map(),
    overridden: new Map(),
    refused: null,
    effective: new Map([
      ...Object.entries(eraSettings(recipe.era, name, 1)),
      ...unread.map(([key]) => [key, keyOf(key)?.otherwise] as const),
      ...given.filter(([key]) => recipe.keys.get(key)?.read),
      ...Object.entries(keysHere(recipe)),
    ]),
  };
}

/** A run of this project: every key was resolved, and is read. */
export function ofManifest({ config }: Manifest, name: string): Configuration {
  const given = flat(config as JsonObject);
  const era = given.get("era");
  return everythingRead(name, "run", given, typeof era === "string" ? era : null);
}

function ofJson(path: string, era: string | null): Configuration {
  const raw = readJsonObject(path, "a gliner_config.json");
  return pythonConfiguration(path, "gliner_config.json", checked(flat(raw), path), era);
}

function ofYaml(path: string, era: string | null): Configuration {
  const raw = readYaml(path, "a configuration of GLiNER, as YAML");
  if (!isObject(raw)) throw new UserError(`${path} is no mapping; wanted a configuration of GLiNER.`);
  if ("source" in raw && "era" in raw && "training" in raw) return ofOfficial(basename(path, ".yaml"));
  const given = checked(flat(raw), path);
  const own = era === null ? ownRecipe(raw, path) : undefined;
  if (own) return everythingRead(path, "recipe", flat({ ...own }), own.training.era);
  const said = given.get("era");
  return pythonConfiguration(path, "Python yaml", given, era ?? (typeof said === "string" ? said : null));
}

/** A recipe of this project, whose reader refuses every key it does not know: Python's files always have some. */
function ownRecipe(raw: JsonObject, path: string): Recipe | undefined {
  try {
    return parseRecipe(raw, path);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function everythingRead(
  name: string,
  kind: ConfigurationKind,
  given: ReadonlyMap<string, unknown>,
  era: string | null,
): Configuration {
  const none = { unread: new Map(), misspelt: new Map(), overridden: new Map(), refused: null };
  return { name, kind, era, given, ...none, effective: given };
}

/** Sections model, training and data are opened; every other mapping is a value. */
function flat(raw: JsonObject): Map<string, unknown> {
  const entries = Object.entries(raw).flatMap(([key, value]): [string, unknown][] =>
    isObject(value) && ["model", "training", "data", "lora"].includes(key) ? Object.entries(value) : [[key, value]],
  );
  return new Map(entries);
}

/** @throws UserError where hardly a key is one of GLiNER's */
function checked(given: Map<string, unknown>, path: string): Map<string, unknown> {
  const known = [...given.keys()].filter((key) => keyOf(key));
  if (known.length >= 3 && known.length >= given.size / 4) return given;
  throw new UserError(
    `${path} is of another program: ${known.length} of its ${given.size} keys are GLiNER's; wanted a yaml or gliner_config.json with keys such as model_name, span_mode and num_steps.`,
  );
}
