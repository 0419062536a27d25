/** Reads a recipe's YAML file and its --set overrides, checks every key and fills in the defaults. */
import { existsSync } from "node:fs";
import { UserError, usageError } from "../../errors";
import { isObject, quote } from "../../files/json-object";
import { parseYaml, readYaml } from "../../files/yaml";
import type { GLiNERConfig } from "../../model/config";
import { fits, kind, kindOf, WANTED } from "./kinds";
import { DEFAULT_TRAINING, trainingOf } from "./settings";
import { STREAM_SEEDS, type TrainingConfig } from "./training-config";

export interface DataConfig {
  /**
   * A file of records, or "sentences:train" (in the repository), or "corpus:NAME" (beside the checkout); several with " + "
   * between them, "NAME x 8" counting eight times in every epoch.
   */
  train_data: string;
  /** The same, for the development loss; null = none. */
  val_data: string | null;
  /** Records of these sources (`src`) are left out. */
  exclude_sources: string[];
  /** Records without a mention are trained on too. */
  keep_empty: boolean;
  /** A record's own list of types is what it is asked for; false draws types for every record. */
  record_labels: boolean;
  /** Where other names and descriptions of types are from: "sentences" (data/sentences/types), a folder or a file; null = nowhere. */
  wordings: string | null;
  /** Types that are taken out of the training records, and on which the model is measured during the run. */
  held_out_types: string[];
  /** How many types to hold out where none are named. */
  num_held_out_types: number;
  /** Most sentences that are asked for the held-out types at an evaluation. */
  eval_records: number;
  /** Test sets to follow during the run, for teaching only: what is chosen by them is chosen on the test set. */
  benchmark: string[];
  /** Sentences of each of them. */
  benchmark_records: number;
}

/**
 * A training recipe: what a YAML file of `npm run -s train` says, in the spelling of GLiNER's own yaml files.
 * Every key is read by the code; a key it does not know is an error, so that no setting is on only in the mind of its author.
 */
export interface Recipe {
  model: Partial<GLiNERConfig>;
  data: DataConfig;
  training: TrainingConfig;
}

const DEFAULT_DATA: DataConfig = {
  train_data: "sentences:train",
  val_data: null,
  exclude_sources: [],
  keep_empty: true,
  record_labels: true,
  wordings: null,
  held_out_types: [],
  num_held_out_types: 0,
  eval_records: 200,
  benchmark: [],
  benchmark_records: 100,
};

const MODEL_TYPES: Record<string, string> = {
  model_name: "string",
  name: "string",
  max_width: "number",
  hidden_size: "number",
  dropout: "number",
  subtoken_pooling: "string",
  span_mode: "string",
  num_rnn_layers: "number",
  embed_ent_token: "boolean",
  max_types: "number",
  max_neg_type_ratio: "number",
  max_len: "number",
};

type Section = keyof Recipe;

const isStreamSeed = (key: string) => (STREAM_SEEDS as readonly string[]).includes(key);

/** Section and type of every key; a name occurs in one section only, so that `--set key=value` needs no section. */
const KEYS = new Map<string, { section: Section; type: string }>([
  ...Object.entries(MODEL_TYPES).map(([key, type]) => [key, { section: "model" as const, type }] as const),
  ...Object.entries(DEFAULT_DATA).map(
    ([key, value]) => [key, { section: "data" as const, type: kind(value) }] as const,
  ),
  ...Object.entries(DEFAULT_TRAINING).map(
    ([key, value]) => [key, { section: "training" as const, type: isStreamSeed(key) ? "seed" : kind(value) }] as const,
  ),
]);

/**
 * Reads a recipe and applies `--set key=value` to it.
 * @throws UserError where the file is absent or not YAML, a key is unknown or a value has the wrong type
 */
export function readRecipe(path: string, overrides: readonly string[] = []): Recipe {
  if (!existsSync(path))
    throw usageError(`--config: ${path} does not exist; wanted a YAML file such as data/recipes/quick.yaml.`);
  return parseRecipe(readYaml(path, "a YAML file such as data/recipes/quick.yaml"), path, overrides);
}

/**
 * The recipe that a parsed YAML file means: sections `model`, `data`, `training`, or the same keys without sections; then
 * `--set key=value`.
 * @throws UserError where a key is unknown or a value has the wrong type
 */
export function parseRecipe(raw: unknown, origin: string, overrides: readonly string[] = []): Recipe {
  const given = givenBy(raw, origin);
  for (const override of overrides) setKey(given, override);
  return complete(given, origin);
}

/** What a file says, without the defaults: these depend on its `era`. */
interface Given {
  model: Partial<GLiNERConfig>;
  data: Partial<DataConfig>;
  training: Partial<TrainingConfig>;
}

function complete({ model, data, training }: Given, origin: string): Recipe {
  const counts = { num_held_out_types: 0, eval_records: 1, benchmark_records: 1 } as const;
  for (const [key, least] of Object.entries(counts)) {
    const value = data[key as keyof typeof counts];
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= least))
      throw new UserError(`${origin}: "${key}" is ${value}, wanted a whole number from ${least} on.`);
  }
  return { model, data: { ...DEFAULT_DATA, ...data }, training: trainingOf(training, origin) };
}

function givenBy(raw: unknown, origin: string): Given {
  if (!isObject(raw))
    throw new UserError(
      `${origin} ${raw === null || raw === undefined ? "holds no key" : `is ${kindOf(raw)}`}; wanted a mapping with the sections model, data and training.`,
    );
  const given: Given = { model: {}, data: {}, training: {} };
  for (const [key, value] of Object.entries(raw)) {
    if (key === "model" || key === "data" || key === "training") {
      if (value === null) continue;
      if (!isObject(value))
        throw new UserError(`${origin}: section "${key}" is ${kindOf(value)}; wanted a mapping of keys and values.`);
      for (const [inner, item] of Object.entries(value)) assign(given, inner, item, { origin, section: key });
    } else assign(given, key, value, { origin });
  }
  trainingOf(given.training, origin);
  return given;
}

function setKey(given: Given, override: string): void {
  const at = override.indexOf("=");
  if (at < 1) throw usageError(`--set got "${override}", wanted key=value.`);
  const key = override.slice(0, at).trim();
  const dot = key.indexOf(".");
  const [section, name] = dot < 0 ? [undefined, key] : [key.slice(0, dot), key.slice(dot + 1)];
  const value = parseYaml(override.slice(at + 1), `--set got ${quote(override)}, whose value`, 2);
  assign(given, name, value, { origin: "--set", section, exit: 2 });
  trainingOf(given.training, "--set", 2);
}

function assign(
  given: Given,
  key: string,
  value: unknown,
  { origin, section, exit = 1 }: { origin: string; section?: string; exit?: 1 | 2 },
): void {
  const known = KEYS.get(key);
  if (!known || (section !== undefined && section !== known.section))
    throw new UserError(
      `${origin}: unknown key "${section ? `${section}.` : ""}${key}"${suggestion(key)}; known: ${[...KEYS.keys()].join(", ")}.`,
      exit,
    );
  if (!fits(value, known.type))
    throw new UserError(`${origin}: "${key}" is ${quote(value)}, wanted ${WANTED[known.type]}.`, exit);
  Object.assign(given[known.section], { [key]: value });
}

/** A known key that looks like it. */
function suggestion(key: string): string {
  const parts = new Set(key.toLowerCase().split("_"));
  const alike = (known: string) =>
    known.startsWith(key) || key.startsWith(known) || known.split("_").filter((part) => parts.has(part)).length >= 2;
  const close = [...KEYS.keys()].find(alike);
  return close ? ` (did you mean "${close}"?)` : "";
}
