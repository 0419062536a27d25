/** Reads GLiNER's own training configurations (data's recipes/official), which runs are compared with. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { dataPath } from "../data/project";
import { UserError } from "../errors";

/** A configuration that GLiNER's repository shipped: its values, which are facts, in Python's spelling. */
export interface OfficialConfig {
  /** The file's name here, such as "config_large-2024-03-25". */
  name: string;
  /** Repository, path, commit and date. */
  source: string;
  /** The version of the code it belongs to, for what lies outside the file: loss, sampling, optimiser. */
  era: string;
  /** Keys of the file that no code of that version read, with their values. */
  unread: Record<string, unknown>;
  /** Keys that the code read and that have no counterpart here: paths, names, counts of files. */
  elsewhere: Record<string, unknown>;
  model: Record<string, unknown>;
  training: Record<string, unknown>;
}

const FOLDER = dataPath("recipes", "official");

/** The one of the claim under test: the yaml that issue #36's author was sent to. */
export const DEFAULT_OFFICIAL = "config_large-2024-03-25";

/** Their names, oldest first. */
export function officialNames(folder = FOLDER): string[] {
  const names = readdirSync(folder).filter((file) => file.endsWith(".yaml"));
  const dateOf = (file: string) => /\d{4}-\d\d-\d\d/.exec(file)?.[0] ?? "";
  return names.sort((a, b) => (dateOf(a) < dateOf(b) ? -1 : 1)).map((file) => file.slice(0, -".yaml".length));
}

/** @throws UserError where there is none of this name, or its file lacks a part */
export function readOfficial(name: string, folder = FOLDER): OfficialConfig {
  const path = join(folder, `${name}.yaml`);
  if (!/^[\w.-]+$/.test(name) || !existsSync(path))
    throw new UserError(
      `there is no official configuration "${name}"; wanted one of ${officialNames(folder).join(", ")}.`,
    );
  const raw = parse(readFileSync(path, "utf8")) as Partial<OfficialConfig>;
  for (const key of ["source", "era", "model", "training"] as const)
    if (!raw[key]) throw new UserError(`${path} has no "${key}".`);
  return { unread: {}, elsewhere: {}, ...(raw as Omit<OfficialConfig, "name" | "unread" | "elsewhere">), name };
}
