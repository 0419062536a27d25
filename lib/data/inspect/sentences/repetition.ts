/** Whether texts repeat each other: near-duplicates, frames filled anew, the same openings, the same names everywhere. */

import type { Sentence } from "../../marked/sentences";
import { bareWords } from "../../overlap";
import type { TextFinding } from "./text";

/** How often a thing may stand in the corpus. */
export const LIMITS = {
  /** Texts with the same words around their mentions. */
  frame: 2,
  /** Texts that share a run of six words, mentions masked: four of them bare, two of these of more than three letters. */
  run: 3,
  /** Texts that begin with the same four bare words. */
  opening: 4,
  /** Texts that have the same name of two words or more. */
  name: 8,
};
const isBare = (word: string) => word !== "_";
const RUN = 6;
const isTelling = (run: string) => {
  const bare = run.split(" ").filter(isBare);
  return bare.length >= 4 && bare.filter((word) => word.length > 3).length >= 2;
};
/** Share of the shorter text's runs of three words that the other has too. */
const NEAR = 0.5;

export function repetitions(sentences: readonly Sentence[]): TextFinding[] {
  return [
    ...nearDuplicates(sentences),
    ...frames(sentences),
    ...runs(sentences),
    ...openings(sentences),
    ...names(sentences),
  ];
}

/** The text's bare words in lower case, each outermost mention one `_`. */
export function masked({ text, mentions }: Pick<Sentence, "text" | "mentions">): string[] {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end } of mentions) {
    if (start < at) continue;
    parts.push(...bareWords([text.slice(at, start)]), "_");
    at = end;
  }
  return [...parts, ...bareWords([text.slice(at)])];
}

function frames(sentences: readonly Sentence[]): TextFinding[] {
  const keys = (sentence: Sentence) => {
    const frame = masked(sentence);
    return frame.filter(isBare).length >= 3 ? [frame.join(" ")] : [];
  };
  return shared(sentences, keys, LIMITS.frame, "frame", "stands with other mentions in");
}

function runs(sentences: readonly Sentence[]): TextFinding[] {
  const keys = (sentence: Sentence) => grams(masked(sentence), RUN).filter(isTelling);
  return shared(sentences, keys, LIMITS.run, "run", "stands in");
}

function openings(sentences: readonly Sentence[]): TextFinding[] {
  const keys = (sentence: Sentence) => {
    const words = masked(sentence).slice(0, 4);
    return words.length === 4 && words.every(isBare) ? [words.join(" ")] : [];
  };
  return shared(sentences, keys, LIMITS.opening, "opening", "begins");
}

function names(sentences: readonly Sentence[]): TextFinding[] {
  const keys = ({ text, mentions }: Sentence) =>
    mentions.map(({ start, end }) => text.slice(start, end)).filter((name) => /^\p{Lu}.*\s\p{Lu}/u.test(name));
  return shared(sentences, keys, LIMITS.name, "name", "is named in");
}

/** Keys that more texts have than the limit allows. */
function shared(
  sentences: readonly Sentence[],
  keysOf: (sentence: Sentence) => string[],
  limit: number,
  check: string,
  verb: string,
): TextFinding[] {
  const places = new Map<string, string[]>();
  for (const sentence of sentences)
    for (const key of new Set(keysOf(sentence))) places.set(key, [...(places.get(key) ?? []), sentence.where]);
  return [...places]
    .filter(([, list]) => list.length > limit)
    .map(([key, list]) => {
      return { check, where: list[0], what: `"${key}" ${verb} ${list.length} texts: ${list.slice(0, 6).join("; ")}` };
    });
}

function nearDuplicates(sentences: readonly Sentence[]): TextFinding[] {
  const byGram = new Map<string, number[]>();
  const sizes: number[] = [];
  const findings: TextFinding[] = [];
  sentences.forEach(({ text, where }, i) => {
    const own = [...new Set(grams(bareWords([text]), 3))];
    const common = new Map<number, number>();
    for (const gram of own) {
      const others = byGram.get(gram) ?? [];
      for (const other of others) common.set(other, (common.get(other) ?? 0) + 1);
      byGram.set(gram, [...others, i]);
    }
    sizes.push(own.length);
    for (const [other, count] of common)
      if (count >= NEAR * Math.min(own.length, sizes[other]) && count > 1)
        findings.push({ check: "near-duplicate", where, what: `is nearly the text of ${sentences[other].where}` });
  });
  return findings;
}

function grams(words: readonly string[], length: number): string[] {
  return words.slice(0, Math.max(0, words.length - length + 1)).map((_, i) => words.slice(i, i + length).join(" "));
}
