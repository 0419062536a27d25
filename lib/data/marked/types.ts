/**
 * What is known about types, a line each: `tenor = tenor singer < opera singer, singer ~ soloist : a man with a high singing voice`.
 * After `=` stand names that mean the same, after `<` types that every mention of this one has too, after `~` types that some of its
 * mentions have too, after `:` a description.
 */
import { UserError } from "../../errors";

export interface TypeEntry {
  synonyms: string[];
  /** More general types, the direct ones. */
  above: string[];
  /** Types that are true of some mentions, or that two readers would not agree on: no safe negatives, and no names. */
  sometimes: string[];
  description?: string;
}

/** @throws UserError naming file and line where a line says nothing, or two describe one type */
export function parseTypes(files: readonly { name: string; source: string }[]): Map<string, TypeEntry> {
  const entries = new Map<string, TypeEntry>();
  for (const { name, source } of files)
    source.split(/\r?\n/).forEach((line, i) => {
      if (line.trim() === "" || line.startsWith("#")) return;
      add(entries, line, `${name}, line ${i + 1}`);
    });
  return entries;
}

const LINE = /^([^=<~:]+)(?:=([^<~:]+))?(?:<([^~:]+))?(?:~([^:]+))?(?::(.+))?$/;

function add(entries: Map<string, TypeEntry>, line: string, where: string): void {
  const [, type, synonyms, above, sometimes, description] = LINE.exec(line) ?? [];
  if (!type || !(synonyms || above || sometimes || description))
    throw new UserError(
      `${where}: wanted "type = synonym, synonym < type above ~ type of some mentions : description", got "${line}".`,
    );
  const known = entries.get(type.trim()) ?? { synonyms: [], above: [], sometimes: [] };
  if (known.description && description) throw new UserError(`${where}: "${type.trim()}" has a description already.`);
  entries.set(type.trim(), {
    synonyms: [...new Set([...known.synonyms, ...listed(synonyms)])],
    above: [...new Set([...known.above, ...listed(above)])],
    sometimes: [...new Set([...known.sometimes, ...listed(sometimes)])],
    ...((description ?? known.description) && { description: (description ?? known.description)?.trim() }),
  });
}

const listed = (part = ""): string[] =>
  part
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");

/** All types above one, however far. */
export function typesAbove(type: string, entries: ReadonlyMap<string, TypeEntry>): Set<string> {
  const found = new Set<string>();
  const waiting = [type];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop())
    for (const above of entries.get(next)?.above ?? [])
      if (!found.has(above)) {
        found.add(above);
        waiting.push(above);
      }
  return found;
}

/** Types that some mentions of a type have, and what stands above these. What holds of some fruits says nothing of apples. */
export function typesSometimes(type: string, entries: ReadonlyMap<string, TypeEntry>): Set<string> {
  const named = entries.get(type)?.sometimes ?? [];
  const found = new Set(named.flatMap((name) => [name, ...typesAbove(name, entries)]));
  for (const sure of [type, ...typesAbove(type, entries)]) found.delete(sure);
  return found;
}
