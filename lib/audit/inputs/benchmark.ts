/** The seven tests as they are: sentences, mentions, types; what a score under the same name is held against. */
import { findSource } from "../../data/sources";
import { ZERO_SHOT_SETS } from "../../data/zero-shot-tests";
import { STORED_PRESETS_PATH, type StoredPresets } from "../../evaluate/stored/presets";
import { readJson } from "../../files/json";

export interface KnownSet {
  name: string;
  texts: number;
  /** With the type else, and without it. */
  mentions: number;
  mentionsWithoutElse: number;
  /** As GLiNER asks them. */
  types: readonly string[];
  wordsSha256: string;
}

/** Mentions of the type else in each set, counted in its file; the others have none. */
const ELSE: Readonly<Record<string, number>> = {
  crossner_ai: 181,
  crossner_literature: 239,
  crossner_music: 171,
  crossner_politics: 258,
  crossner_science: 520,
};

/** Other names of `else`. */
export const isElse = (type: string): boolean => /^(else|misc|miscellaneous|other)$/i.test(type.trim());

let known: ReadonlyMap<string, KnownSet> | undefined;

export function knownSet(name: string): KnownSet | undefined {
  known ??= new Map(readSets().map((set) => [set.name, set]));
  return known.get(name);
}

function readSets(): KnownSet[] {
  const { manifest } = readJson(STORED_PRESETS_PATH) as StoredPresets;
  return manifest.sets.map(({ name, texts, mentions, words_sha256 }) => ({
    name,
    texts,
    mentions,
    mentionsWithoutElse: mentions - (ELSE[name] ?? 0),
    types: Object.values(findSource(name).labels).filter((type): type is string => type !== null),
    wordsSha256: words_sha256,
  }));
}

/** The set that somebody means by "AI", "CrossNER_AI", "mit-movie" or "zero-shot:crossner_ai"; undefined where none. */
export function setOf(name: string): string | undefined {
  const plain = name
    .toLowerCase()
    .replace(/^.*:/, "")
    .replace(/\.jsonl$/, "")
    .replaceAll(/[^a-z]/g, "");
  return ZERO_SHOT_SETS.find((set) => {
    const [family, subject] = set.split("_");
    return (
      plain === subject ||
      plain === family + subject ||
      (subject.length > 3 && plain === `${subject}s`) ||
      plain === `${family}${subject}test`
    );
  });
}
