/** The doctor's look at sentences that stand in two files, or several times in one. */
import { OverlapIndex, type OverlapOptions } from "../overlap";
import { uniqueSpans } from "../records";
import type { DataFile } from "./data-file";

/** What two files share. */
export interface Leak {
  one: string;
  other: string;
  /** Sentences of `other` that `one` has with exactly the same words; different sentences, and with repetitions. */
  sentences: number;
  occurrences: number;
  /** Sentences of `other` that have, in other company, the same words but for case and signs, or a run of 12 of them. */
  runs: number;
  /** True where both hold the same sentences, each as often as the other. */
  same: boolean;
}

/** Every pair of files that share something. */
export function leaksBetween(files: readonly DataFile[], options: OverlapOptions = {}): Leak[] {
  const indexes = files.map((file) => fileIndex(file, options));
  const leaks: Leak[] = [];
  for (let j = 1; j < files.length; j++)
    for (let i = 0; i < j; i++) {
      const leak = leakOf(files[i], indexes[i], files[j], indexes[j]);
      if (leak.sentences > 0 || leak.runs > 0) leaks.push(leak);
    }
  return leaks;
}

/** How often each sentence stands in a file that stands there more than once. */
export function repeatedSentences({ records }: DataFile): { sentences: number; differentGold: number } {
  const gold = new Map<string, string[]>();
  for (const { record } of records) {
    const spans = uniqueSpans(record.ner)
      .map((span) => span.join(" "))
      .sort()
      .join("\n");
    gold.set(textOf(record.tokens), [...(gold.get(textOf(record.tokens)) ?? []), spans]);
  }
  const repeated = [...gold.values()].filter((list) => list.length > 1);
  const extra = repeated.reduce((sum, list) => sum + list.length - 1, 0);
  return { sentences: extra, differentGold: repeated.filter((list) => new Set(list).size > 1).length };
}

interface FileIndex {
  sentences: Map<string, number>;
  overlap: OverlapIndex;
}

function fileIndex({ name, records }: DataFile, options: OverlapOptions): FileIndex {
  const sentences = new Map<string, number>();
  const overlap = new OverlapIndex(options);
  for (const { record } of records) {
    const text = textOf(record.tokens);
    sentences.set(text, (sentences.get(text) ?? 0) + 1);
    overlap.add(record.tokens, name);
  }
  return { sentences, overlap };
}

const textOf = (tokens: readonly string[]) => tokens.join(" ");

function leakOf(a: DataFile, one: FileIndex, b: DataFile, other: FileIndex): Leak {
  const shared = [...other.sentences.keys()].filter((text) => one.sentences.has(text));
  const occurrences = shared.reduce((sum, text) => sum + (other.sentences.get(text) ?? 0), 0);
  const runs = b.records.filter(
    ({ record }) => !one.sentences.has(textOf(record.tokens)) && one.overlap.find(record.tokens) !== undefined,
  ).length;
  const same =
    one.sentences.size === other.sentences.size &&
    [...one.sentences].every(([text, count]) => other.sentences.get(text) === count);
  return { one: a.name, other: b.name, sentences: shared.length, occurrences, runs, same };
}
