/** The doctor's comparison of a copy with its original: sentences lost, labels renamed, mentions moved. */
import { type NerRecord, type NerSpan, uniqueSpans } from "../records";
import type { DataFile } from "./data-file";

/** A copy of a data set beside the original it was made from: which sentences and which gold differ. */
export interface Comparison {
  copy: string;
  original: string;
  sentences: { copy: number; original: number; both: number };
  /** Sentences of the original that the copy has not, by their places; `last` where it is the last of the file. */
  missing: { where: string; last: boolean }[];
  /** Sentences of the copy that the original has not. */
  added: { where: string }[];
  /** In the sentences of both. */
  gold: {
    copy: number;
    original: number;
    equal: number;
    /** The same words under another label. */
    renamed: { from: string; to: string; mentions: number }[];
    /** The same label (in any case) and words, in another place of the sentence. */
    moved: number;
    /** Mentions of only one side. */
    onlyCopy: number;
    onlyOriginal: number;
    /** Mentions of the original that end with the last word of their sentence, and how many of these are only there. */
    atEnd: { original: number; lost: number };
  };
}

/** Sentences are paired by their words; of several equal ones the first goes with the first. */
export function compareFiles(copy: DataFile, original: DataFile): Comparison {
  const waiting = new Map<string, NerRecord[]>();
  for (const { record } of copy.records) {
    const text = record.tokens.join(" ");
    waiting.set(text, [...(waiting.get(text) ?? []), record]);
  }
  const missing: Comparison["missing"] = [];
  const pairs: [NerRecord, NerRecord][] = [];
  for (const [i, { record, where }] of original.records.entries()) {
    const partner = waiting.get(record.tokens.join(" "))?.shift();
    if (partner) pairs.push([partner, record]);
    else missing.push({ where, last: i === original.records.length - 1 });
  }
  const left = new Set([...waiting.values()].flat());
  return {
    copy: copy.name,
    original: original.name,
    sentences: { copy: copy.records.length, original: original.records.length, both: pairs.length },
    missing,
    added: copy.records.filter(({ record }) => left.has(record)).map(({ where }) => ({ where })),
    gold: compareGold(pairs),
  };
}

function compareGold(pairs: readonly [NerRecord, NerRecord][]): Comparison["gold"] {
  const gold: Comparison["gold"] = {
    copy: 0,
    original: 0,
    equal: 0,
    renamed: [],
    moved: 0,
    onlyCopy: 0,
    onlyOriginal: 0,
    atEnd: { original: 0, lost: 0 },
  };
  const renamed = new Map<string, number>();
  for (const [copy, original] of pairs) {
    const [ours, theirs] = [uniqueSpans(copy.ner), uniqueSpans(original.ner)];
    gold.copy += ours.length;
    gold.original += theirs.length;
    gold.atEnd.original += theirs.filter(([, end]) => end === original.tokens.length - 1).length;
    gold.equal += takePairs(ours, theirs, (a, b) => a.join("\t") === b.join("\t")).length;
    for (const [a, b] of takePairs(ours, theirs, (a, b) => a[0] === b[0] && a[1] === b[1])) {
      const key = `${b[2]}\t${a[2]}`;
      renamed.set(key, (renamed.get(key) ?? 0) + 1);
    }
    gold.moved += takePairs(ours, theirs, (a, b) => sameMention(copy, a, original, b)).length;
    gold.onlyCopy += ours.length;
    gold.onlyOriginal += theirs.length;
    gold.atEnd.lost += theirs.filter(([, end]) => end === original.tokens.length - 1).length;
  }
  gold.renamed = [...renamed].map(([key, mentions]) => {
    const [from, to] = key.split("\t");
    return { from, to, mentions };
  });
  return gold;
}

function sameMention(copy: NerRecord, a: NerSpan, original: NerRecord, b: NerSpan): boolean {
  const words = ({ tokens }: NerRecord, [start, end]: NerSpan) => tokens.slice(start, end + 1).join(" ");
  return a[2].toLowerCase() === b[2].toLowerCase() && words(copy, a) === words(original, b);
}

/** Takes out of both lists what goes together, pair by pair. */
function takePairs(
  ours: NerSpan[],
  theirs: NerSpan[],
  match: (a: NerSpan, b: NerSpan) => boolean,
): [NerSpan, NerSpan][] {
  const pairs: [NerSpan, NerSpan][] = [];
  for (let i = ours.length - 1; i >= 0; i--) {
    const j = theirs.findIndex((span) => match(ours[i], span));
    if (j < 0) continue;
    pairs.push([ours[i], theirs[j]]);
    ours.splice(i, 1);
    theirs.splice(j, 1);
  }
  return pairs;
}
