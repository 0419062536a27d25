/** One type under several names: what an example asks for is drawn from a type's synonyms, its description and the types above it. */
import { type TypeEntry, typesAbove, typesSometimes } from "../../data/marked/types";
import type { NerSpan } from "../../data/records";
import type { Wordings } from "../../data/wordings";
import type { RandomStream } from "../../random";
import type { Example } from "../collate";

/** How often a type stands in the prompt under another name. Both 0 = never, as in every version of GLiNER. */
export interface WordingShares {
  /** Probability, for each type of an example that has synonyms, of asking for one of them instead: 0 to 1. */
  synonym_share: number;
  /** Probability of asking for the type's description instead, as `{name: description}` does in prediction: 0 to 1. */
  description_share: number;
  /** Probability of asking for a type above it instead, which all mentions below that one then have: 0 to 1. */
  general_share: number;
}

export const NO_WORDINGS: WordingShares = { synonym_share: 0, description_share: 0, general_share: 0 };

/** How often a type with names of every kind stands in the prompt under another one. */
export const otherNames = ({ synonym_share, description_share, general_share }: WordingShares): number =>
  synonym_share + description_share + general_share;

/**
 * The example under other names of its types; gold moves along. A name that the example has already, as a type or in its gold, is
 * never drawn: two types of one prompt stay two. A type above is drawn only where it is certain which mentions have it: none of the
 * example's types has it sometimes.
 * @param random one number for each type that has another name, and one for each choice
 */
export function reworded(
  example: Example,
  { entries }: Wordings,
  shares: WordingShares,
  random: RandomStream,
): Example {
  const gold = new Set((example.ner ?? []).map(([, , type]) => type));
  const taken = new Set([...example.types, ...gold]);
  const names = new Map<string, string>();
  // The types of mentions that have a general name which was drawn, by that name.
  const below = new Map<string, string[]>();
  for (const type of new Set(example.types)) {
    const entry = entries.get(type);
    if (!entry) continue;
    const way = wayOf(random.uniform(), shares);
    const wanted = way === "above" ? certainAbove(type, gold, entries) : namesOf(entry, way);
    const free = wanted.filter((name) => !taken.has(name));
    if (free.length === 0) continue;
    const name = free[random.integer(0, free.length - 1)];
    names.set(type, name);
    taken.add(name);
    if (way !== "above") continue;
    const has = (one: string) => typesAbove(one, entries).has(name);
    below.set(name, [...gold].filter(has));
  }
  if (names.size === 0) return example;
  const nameOf = (type: string) => names.get(type) ?? type;
  const allNamesOf = (type: string) => {
    const general = [...below].flatMap(([name, types]) => (types.includes(type) ? [name] : []));
    return [...new Set([nameOf(type), ...general])];
  };
  return {
    ...example,
    types: example.types.map(nameOf),
    ...(example.ner && {
      ner: example.ner.flatMap(([start, end, type]) => allNamesOf(type).map((name): NerSpan => [start, end, name])),
    }),
  };
}

type Way = "synonym" | "description" | "above" | "as it is";

/** @param place where a number of 0 to 1 fell, over the shares laid end to end */
function wayOf(place: number, { synonym_share, description_share, general_share }: WordingShares): Way {
  if (place < synonym_share) return "synonym";
  if (place < synonym_share + description_share) return "description";
  return place < synonym_share + description_share + general_share ? "above" : "as it is";
}

function namesOf({ synonyms, description }: TypeEntry, way: Way): string[] {
  if (way === "synonym") return synonyms;
  return way === "description" && description !== undefined ? [description] : [];
}

/** The types above a type that no mention of the example has only sometimes. */
function certainAbove(type: string, gold: ReadonlySet<string>, entries: Wordings["entries"]): string[] {
  const uncertain = new Set([...gold].flatMap((one) => [...typesSometimes(one, entries)]));
  return [...typesAbove(type, entries)].filter((name) => !uncertain.has(name));
}
