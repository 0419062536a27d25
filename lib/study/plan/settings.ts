/**
 * What identifies a training run: its recipe after defaults, what its data are by hash, engine, environment and seed. Not its
 * folder, nor how often it saves.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { recordsFiles, recordsSha256 } from "../../data/named";
import { UserError } from "../../errors";
import { sha256, sha256OfFile } from "../../files/hash";
import { modelIdentity } from "../../gliner/checkpoint/identity";
import type { Recipe } from "../../gliner/recipe/recipe";
import { readRecipe } from "../../gliner/recipe/recipe";
import { withoutOff } from "../../gliner/recipe/settings";
import { STREAM_SEEDS } from "../../gliner/recipe/training-config";
import { parseConfig } from "../../model/config";
import type { Manifest } from "../../provenance/manifest";
import { type Arm, LATER_VARIABLES, VARIABLES } from "./arm";

/** Names and paths are not in it: hashes are. */
export interface RunSettings {
  engine: string;
  model: Record<string, unknown>;
  data: Record<string, unknown>;
  training: Record<string, unknown>;
  environment: Record<string, string>;
  /** sha256 of the training file, the development file and of the model that training starts from, as far as there are some. */
  hashes: Record<string, string>;
  seed: number;
}

/** Keys of a model's configuration that follow from the encoder, or name things. */
const DERIVED = new Set(["name", "class_token_index", "vocab_size", "encoder_config"]);
/** Keys that change no weight and no number. */
const BOOKKEEPING = new Set(["seed", "prev_path", "save_every", "save_total_limit", "keep_every", "histogram_every"]);
const NAMES = new Set(["train_data", "val_data"]);
const ONE_THREAD = { TF_NUM_INTRAOP_THREADS: "1", TF_NUM_INTEROP_THREADS: "1", OMP_NUM_THREADS: "1" };
const NOT_SET = "not set";

/** The recipe of an arm. @throws UserError on a key or value that no recipe has */
export function recipeOf(path: string, arm: Arm, seed = 0): Recipe {
  const overrides = Object.entries(arm.set).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  try {
    return readRecipe(path, [...overrides, `seed=${seed}`]);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    // What reads a recipe speaks of its own options, which a plan does not have.
    const message = error.message.replace(/^--(set|config): /, "");
    throw new UserError(`the arm "${arm.value}": ${message}`, error.exitCode);
  }
}

/** Every variable with its value: one thread each, so that runs side by side do not fight for cores. */
export function environmentOf({ environment }: Arm): Record<string, string> {
  const given: Record<string, string> = { ...ONE_THREAD, ...environment };
  return variablesIn(given);
}

function variablesIn(given: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const known = VARIABLES.filter((name) => given[name] !== undefined || !LATER_VARIABLES.has(name));
  return Object.fromEntries(known.map((name) => [name, given[name] ?? NOT_SET]));
}

/** The variables for a process: those that are not set for the run are taken away, whatever this process has. */
export function variablesOf({ environment }: Pick<RunSettings, "environment">): Record<string, string | undefined> {
  const value = (name: string) => (environment[name] === NOT_SET ? undefined : environment[name]);
  return Object.fromEntries(VARIABLES.map((name) => [name, value(name)]));
}

/** @throws UserError where data or the model to start from are not here */
export async function settingsOf(
  recipe: Recipe,
  arm: Arm,
  absent: "error" | "allowed" = "error",
): Promise<RunSettings> {
  const { model, data, training } = recipe;
  return {
    engine: arm.engine,
    model: training.prev_path ? {} : modelSettings(model),
    data: withoutOff(without(data, NAMES)),
    training: trainingSettings(training),
    environment: environmentOf(arm),
    hashes: await dataHashes(recipe, absent),
    seed: training.seed,
  };
}

/** An encoder in a folder is known by its bytes, not by where it lies. */
function modelSettings(model: Recipe["model"]): Record<string, unknown> {
  const { config } = parseConfig({ ...model }, "the recipe");
  const settings = without(config, DERIVED);
  return isFolder(config.model_name) ? { ...settings, model_name: "a folder" } : settings;
}

/** A stream's seed is part of what a run is only where it is not the run's. */
function trainingSettings(training: Recipe["training"]): Record<string, unknown> {
  const own = STREAM_SEEDS.filter((key) => (training[key] ?? training.seed) === training.seed);
  return withoutOff(without(training, new Set<string>([...BOOKKEEPING, ...own])));
}

const isFolder = (name: string) => name !== "" && existsSync(name) && statSync(name).isDirectory();

const encoderFiles = (folder: string) =>
  readdirSync(folder)
    .filter((name) => /^(config|tokenizer)\.json$|\.(safetensors|bin|model)$/.test(name))
    .sort()
    .map((name) => join(folder, name));

/** The settings of a run that has been made, from its manifest. @throws UserError where it does not say all of them */
export function settingsOfManifest(manifest: Manifest, where: string): RunSettings {
  const { model, data, training } = manifest.config as unknown as Recipe;
  if (training.prev_path)
    throw new UserError(
      `${where}: the run starts from a model folder, which a manifest does not identify; run it in the study.`,
    );
  const hashes = Object.entries(manifest.data)
    .filter(([name]) => NAMES.has(name))
    .map(([name, { file_sha256 }]) => [name, file_sha256 ?? "unknown"]);
  const { flags } = manifest.environment;
  return {
    engine: "typescript",
    model: without(model, DERIVED),
    data: withoutOff(without(data, NAMES)),
    training: trainingSettings(training),
    environment: variablesIn(flags),
    hashes: Object.fromEntries(hashes),
    seed: training.seed,
  };
}

/** The id of a run. */
export const runId = (settings: RunSettings): string => sha256(canonical(settings)).slice(0, 16);

/** The same value with the keys of every mapping sorted. */
export function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, canonical(item)]),
  );
}

/** sha256 of everything that training reads. @throws UserError where it is not here */
export async function dataHashes(
  { model, data, training }: Recipe,
  absent: "error" | "allowed" = "error",
): Promise<Record<string, string>> {
  const hash = (name: string) => (absent === "allowed" && !isThere(name) ? Promise.resolve(ABSENT) : hashOf(name));
  const hashes: Record<string, string> = { train_data: await hash(data.train_data) };
  if (data.val_data) hashes.val_data = await hash(data.val_data);
  const encoder = model.model_name ?? "";
  if (isFolder(encoder)) hashes.encoder = sha256(await Promise.all(encoderFiles(encoder).map(hashOfFile)));
  if (training.prev_path) hashes.start = (await modelIdentity(training.prev_path)).sha256;
  return hashes;
}

/** What an estimate takes for the hash of data that it can do without. */
const ABSENT = "not here";

function isThere(name: string): boolean {
  try {
    return recordsFiles(name).every(({ file }) => file === undefined || existsSync(file));
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

/** The hash of the records behind a name. */
async function hashOf(name: string): Promise<string> {
  const absent = recordsFiles(name).find(({ file }) => file !== undefined && !existsSync(file));
  if (absent) throw new UserError(`the data ${name} are not here: ${absent.file} does not exist.`);
  const hash = await recordsSha256(name, hashOfFile);
  if (hash === undefined) throw new UserError(`a study cannot train on ${name}: it is a test.`);
  return hash;
}

/** A file is hashed once a process: an arm more must not cost a second more. */
function hashOfFile(path: string): Promise<string> {
  const known = hashed.get(path) ?? sha256OfFile(path);
  hashed.set(path, known);
  return known;
}
const hashed = new Map<string, Promise<string>>();

function without(values: object, left: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([key]) => !left.has(key)));
}
