/** The YAML file of a mix: its keys, its defaults and its checks. */
import { existsSync } from "node:fs";
import { UserError, usageError } from "../../errors";
import { quote } from "../../files/json-object";
import { readYaml } from "../../files/yaml";

/**
 * A mix: which sources in which amounts make a training and a development set, and what is left out of them. One YAML file,
 * see data/mixes; an unknown key is an error.
 */
export interface MixRecipe {
  seed: number;
  /** Sources whose licence holds one of these texts (any case) are left out, such as NC. */
  exclude_licences: string[];
  limits: {
    /** Sentences of a long passage are put together up to this many words. */
    max_words: number;
    /** A single sentence of a passage may have this many. */
    hard_max_words: number;
    /** Shorter sentences are left out. */
    min_words: number;
    /** Wider mentions are left out: no span of the model stands for them. */
    max_width: number;
  };
  labels: {
    lower_case: boolean;
    /** `_` becomes a space. */
    underscores: boolean;
    /** Old name -> new name, after the two above. */
    rename: Record<string, string>;
  };
  overlap: {
    /** Sources of the manifest: what is in them is in no set of the mix. */
    tests: string[];
    min_words: number;
    run: number;
  };
  dev: {
    /** Share of every source that goes to the development set. */
    share: number;
  };
  sources: MixSource[];
}

export interface MixSource {
  /** Ids of the manifest. */
  from: string[];
  /** `src` of the records; default: the first id. */
  name: string;
  /** Sentences that are kept at most, drawn at random. */
  cap: number;
  /** Sentences without a mention: at most this share of those that are kept. */
  empty_share: number;
  /** Sentences with a mention of these types are left out. */
  without: string[];
}

const DEFAULTS: Omit<MixRecipe, "sources"> = {
  seed: 0,
  exclude_licences: [],
  limits: { max_words: 64, hard_max_words: 90, min_words: 4, max_width: 12 },
  labels: { lower_case: true, underscores: true, rename: {} },
  overlap: { tests: [], min_words: 4, run: 12 },
  dev: { share: 0.02 },
};

const SOURCE_DEFAULTS = { cap: 1e9, empty_share: 0.1, without: [] as string[] };

/** @throws UserError where the file is no YAML, a key is unknown or a value is of the wrong kind */
export function readMix(path: string): MixRecipe {
  if (!existsSync(path)) throw usageError(`--mix: ${path} cannot be read: it does not exist; wanted a YAML file.`);
  return parseMix(readYaml(path, "a YAML file of a mix"), path);
}

/** The recipe that a parsed YAML file means. @param where named in errors */
export function parseMix(value: unknown, where: string): MixRecipe {
  const { sources, ...rest } = mapping(value, where);
  if (!Array.isArray(sources) || sources.length === 0)
    throw new UserError(`${where}: "sources" is ${quote(sources)}, wanted a list of sources.`);
  return {
    ...filled(DEFAULTS, rest, where),
    sources: sources.map((one, i) => parseSource(one, `${where}, source ${i + 1}`)),
  };
}

function parseSource(value: unknown, where: string): MixSource {
  const { from, ...rest } = typeof value === "string" ? { from: value } : mapping(value, where);
  const ids = typeof from === "string" ? [from] : from;
  if (!Array.isArray(ids) || ids.length === 0 || !ids.every((id): id is string => typeof id === "string"))
    throw new UserError(`${where}: "from" is ${quote(from)}, wanted an id of data/manifest.json or a list of them.`);
  return { from: ids, ...filled({ name: ids[0], ...SOURCE_DEFAULTS }, rest, where) };
}

/** Defaults with what was given in their place, key by key; a key without a default is an error. */
function filled<Settings extends object>(defaults: Settings, given: Record<string, unknown>, where: string): Settings {
  const out = { ...defaults } as Record<string, unknown>;
  for (const [key, value] of Object.entries(given)) {
    if (!Object.hasOwn(defaults, key))
      throw new UserError(`${where}: unknown key "${key}"; known: ${Object.keys(defaults).join(", ")}.`);
    out[key] = fitted(out[key], value, `${where}, ${key}`);
  }
  return out as Settings;
}

function fitted(fallback: unknown, value: unknown, where: string): unknown {
  const wrong = (wanted: string) => new UserError(`${where} is ${quote(value)}, wanted ${wanted}.`);
  if (Array.isArray(fallback)) {
    if (Array.isArray(value) && value.every((one) => typeof one === "string")) return value;
    throw wrong("a list of texts");
  }
  if (where.endsWith(", rename")) {
    const names = mapping(value, where);
    if (Object.values(names).every((name) => typeof name === "string")) return names;
    throw wrong("a mapping of names");
  }
  if (typeof fallback === "object" && fallback !== null) return filled(fallback, mapping(value, where), where);
  if (typeof value !== typeof fallback) throw wrong(`a ${typeof fallback}`);
  if (typeof value === "number" && !(value >= 0)) throw wrong("a number that is not negative");
  return value;
}

function mapping(value: unknown, where: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new UserError(`${where} is ${Array.isArray(value) ? "a list" : quote(value)}, wanted a mapping.`);
}
