/** Other names of types, and descriptions: what training may ask for in a type's place, and which types may be true of the same words. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import { UserError } from "../errors";
import { sha256 } from "../files/hash";
import { readTypes } from "./marked/sentences";
import { parseTypes, type TypeEntry, typesAbove, typesSometimes } from "./marked/types";

/** What is known about types, from lines such as `medication = drug, medicine < substance : a preparation taken against an illness`. */
export interface Wordings {
  /** As a recipe names it: "sentences", a folder, or a file. */
  name: string;
  /** Of all that is said, for a run's identity. */
  sha256: string;
  entries: ReadonlyMap<string, TypeEntry>;
}

/**
 * The wordings that a recipe names: "sentences" (data/sentences/types), a folder of such `.txt` files, or one file.
 * @throws UserError where it is not there, says nothing, or has a line of another form
 */
export function loadWordings(name: string): Wordings {
  if (name === "sentences") return wordingsOf(name, readTypes());
  if (!existsSync(name))
    throw new UserError(
      `wordings: ${name} does not exist; wanted "sentences", or a file or folder of lines such as "medication = drug, medicine".`,
    );
  const entries = statSync(name).isDirectory()
    ? readTypes(name)
    : parseTypes([{ name: basename(name), source: readFileSync(name, "utf8") }]);
  return wordingsOf(name, entries);
}

/** @throws UserError where there is no entry */
export function wordingsOf(name: string, entries: ReadonlyMap<string, TypeEntry>): Wordings {
  if (entries.size === 0) throw new UserError(`wordings: ${name} says nothing about any type.`);
  return { name, sha256: sha256([...entries]), entries };
}

/**
 * The same without some names: a type that is held out must come back neither as another type's synonym nor above it. What stands
 * above a type that goes still stands above those below it.
 */
export function withoutNames({ name, entries }: Wordings, isOut: (type: string) => boolean): Wordings {
  const stays = (type: string) => !isOut(type);
  const kept = [...entries].flatMap(([type, entry]): [string, TypeEntry][] => {
    if (isOut(type)) return [];
    const goes = entry.above.some(isOut);
    const above = goes ? [...typesAbove(type, entries)].filter(stays) : entry.above;
    const synonyms = entry.synonyms.filter(stays);
    return [[type, { ...entry, synonyms, above, sometimes: entry.sometimes.filter(stays) }]];
  });
  return wordingsOf(name, new Map(kept));
}

/**
 * Every name that may come into a prompt in place of a type: synonyms and descriptions.
 * @param general whether types above may too
 */
export function wordingNames({ entries }: Wordings, general: boolean): string[] {
  return [...entries.values()].flatMap(({ synonyms, above, description }) => [
    ...synonyms,
    ...(general ? above : []),
    ...(description === undefined ? [] : [description]),
  ]);
}

/**
 * Which types may be true of the same words as a type: its synonyms, the types above it and below it, those that some of its mentions
 * have, and the synonyms of all of these. None of them is a safe negative in a text that has the type.
 */
export function relatedTypes({ entries }: Wordings): Map<string, ReadonlySet<string>> {
  const related = new Map<string, Set<string>>();
  const relate = (a: string, b: string) => {
    if (a === b) return;
    related.set(a, (related.get(a) ?? new Set()).add(b));
    related.set(b, (related.get(b) ?? new Set()).add(a));
  };
  const named = (type: string) => [type, ...(entries.get(type)?.synonyms ?? [])];
  for (const type of entries.keys()) {
    const own = named(type);
    const others = [...typesAbove(type, entries), ...typesSometimes(type, entries)].flatMap(named);
    for (const one of own) for (const other of [...own, ...others]) relate(one, other);
  }
  return related;
}
