/**
 * Data sets of the Hugging Face hub as JSON lines (`dataset.to_json(FILE)`): `{"tokens": [...], "ner_tags": [0, 1, 2]}`. Numbers are
 * classes, whose names stand in the dataset's `dataset_info.json` beside the file, or are given.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../../errors";
import { isObject, type JsonObject, quote, readJsonObject } from "../../files/json-object";
import { jsonValues } from "../../files/json-values";
import type { ReadOptions } from "../../files/pieces";
import { foundKeys } from "../known-keys";
import type { PlacedRecord } from "../records";
import { recordsOfRows } from "./columns";
import { detectScheme } from "./scheme-detection";
import type { Rows, Scheme } from "./schemes";
import type { Tally } from "./tally";

/** How tags get their names. */
export interface HfOptions extends ReadOptions {
  /** What the numbers of the tags mean, in their order; default: what dataset_info.json beside the file says. */
  tagNames?: readonly string[];
  scheme?: Scheme;
}

const TOKENS = ["tokens", "words"];
const TAGS = ["ner_tags", "tags", "ner", "labels", "fine_ner_tags"];

/** @throws UserError naming file and line: no such keys, not as many tags as words, a number without a name */
export async function* readHf(path: string, options: HfOptions, tally: Tally): AsyncGenerator<PlacedRecord> {
  if (/\.(parquet|arrow)$/.test(path))
    throw new UserError(`${path} is no JSON; wanted JSON lines: load_dataset(...)[split].to_json(FILE) writes them.`);
  const read = () => sentences(path, options, new Names(path, options.tagNames));
  const scheme = options.scheme ?? (await detectScheme(path, read()));
  yield* recordsOfRows(path, read(), scheme, tally);
}

async function* sentences(path: string, options: ReadOptions, names: Names): AsyncGenerator<Rows> {
  let record = 0;
  for await (const { value, where } of jsonValues(path, options)) {
    record++;
    const tokens = isObject(value) ? listUnder(value, TOKENS) : undefined;
    const tags = isObject(value) ? listUnder(value, TAGS) : undefined;
    if (!isObject(value) || !tokens || !tags || !tokens.list.every((word) => typeof word === "string"))
      throw new UserError(
        `${where}: wanted lists "tokens" and "ner_tags"${isObject(value) ? `; ${foundKeys(value)}` : ""}.`,
      );
    if (tokens.list.length !== tags.list.length)
      throw new UserError(`${where} has ${tokens.list.length} words and ${tags.list.length} tags, wanted one a word.`);
    const layer = tags.list.map((tag) => names.of(tag, tags.key, where));
    const line = Number(/, line (\d+)/.exec(where)?.[1] ?? record);
    yield { tokens: tokens.list as string[], layers: [layer], lines: tokens.list.map(() => line) };
  }
}

function listUnder(value: JsonObject, keys: readonly string[]): { key: string; list: readonly unknown[] } | undefined {
  for (const key of keys) {
    const list = value[key];
    if (Array.isArray(list)) return { key, list };
  }
  return undefined;
}

/** The names of the classes. */
class Names {
  private known: readonly string[] | undefined;

  constructor(
    private readonly path: string,
    given: readonly string[] | undefined,
  ) {
    this.known = given;
  }

  of(tag: unknown, key: string, where: string): string {
    if (typeof tag === "string") return tag;
    this.known ??= this.ofDataset(key);
    const name = typeof tag === "number" ? this.known?.[tag] : undefined;
    if (name !== undefined) return name;
    throw new UserError(
      `${where}: the tag ${quote(tag)} has no name; wanted --tag-names O,B-PER,I-PER,... in the order of the classes, or the dataset's dataset_info.json beside ${this.path}.`,
    );
  }

  /** `{"features": {"ner_tags": {"feature": {"names": [...]}}}}` */
  private ofDataset(key: string): readonly string[] | undefined {
    const info = join(dirname(this.path), "dataset_info.json");
    if (!existsSync(info)) return undefined;
    let value: unknown = readJsonObject(info, "what save_to_disk writes").features;
    for (const step of [key, "feature", "names"]) value = isObject(value) ? value[step] : undefined;
    return Array.isArray(value) && value.every((name) => typeof name === "string") ? value : undefined;
  }
}
