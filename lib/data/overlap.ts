/** Test sentences inside training data: an index that finds them, whole or in part. */
import { splitTokens } from "../text/words";

/**
 * Which sentences of a training set a test set has too: the same sentence, or a run of so many of its words. Compared are
 * words alone, without case and signs, since two corpora seldom cut "it's" or "U.S." alike.
 */
export interface OverlapOptions {
  /** Shorter sentences are nobody's: "yes , please ." may stand anywhere. Words; default 4. */
  minWords?: number;
  /** Length of a run that is too long for chance; default 12. */
  run?: number;
}

/** What a sentence shares, and with which set. */
export interface Overlap {
  kind: "sentence" | "run";
  set: string;
}

/** Sentences and runs of words of test sets, to be looked for in other data. */
export class OverlapIndex {
  private readonly sentences = new Map<string, string>();
  private readonly runs = new Map<string, string>();
  private readonly minWords: number;
  private readonly run: number;

  constructor({ minWords = 4, run = 12 }: OverlapOptions = {}) {
    this.minWords = minWords;
    this.run = run;
  }

  /** @param set what `find` names: the set this sentence belongs to */
  add(tokens: readonly string[], set: string): void {
    const words = bareWords(tokens);
    if (words.length >= this.minWords) setOnce(this.sentences, words.join(" "), set);
    for (const run of runsOf(words, this.run)) setOnce(this.runs, run, set);
  }

  /** The first overlap of this sentence; undefined where there is none. */
  find(tokens: readonly string[]): Overlap | undefined {
    const words = bareWords(tokens);
    const set = words.length >= this.minWords ? this.sentences.get(words.join(" ")) : undefined;
    if (set !== undefined) return { kind: "sentence", set };
    for (const run of runsOf(words, this.run)) {
      const other = this.runs.get(run);
      if (other !== undefined) return { kind: "run", set: other };
    }
    return undefined;
  }
}

/** The words of a sentence, lower-cased, without those that hold neither letter nor digit. */
export function bareWords(tokens: readonly string[]): string[] {
  return splitTokens(tokens.join(" ").toLowerCase()).filter((word) => /[\p{L}\p{N}]/u.test(word));
}

function* runsOf(words: readonly string[], length: number): Generator<string> {
  for (let i = 0; i + length <= words.length; i++) yield words.slice(i, i + length).join(" ");
}

function setOnce(map: Map<string, string>, key: string, value: string): void {
  if (!map.has(key)) map.set(key, value);
}
