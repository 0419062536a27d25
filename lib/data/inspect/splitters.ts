/** The doctor's look at words: mentions that white space or the training expression cuts elsewhere. */
import { splitAtSpaces, splitTokens, splitWords, type Word } from "../../text/words";
import { type InstructEntity, spanAt, unitOffsets } from "../formats/instruct";
import type { NerRecord } from "../records";
import type { DataFile } from "./data-file";

/**
 * Two splitters, one text: GLiNER trains on words cut by its expression and evaluates on words cut at white space.
 */
export interface SplitterCounts {
  /** Mentions with positions that no span of words stands for, under either splitter; absent for files of words. */
  unaligned?: { whitespace: number; gliner: number };
  /** Of those unaligned at white space. */
  misplaced: Misplaced[];
  /** Words of the file that the training expression would cut, and mentions with such a word. */
  words: number;
  wordsCut: number;
  mentionsCut: number;
}

/** A mention whose position is not where its name stands as words. */
export interface Misplaced {
  where: string;
  type: string;
  name: string;
  /** True where the name was found as a mere string, inside another word, though the sentence has it as words elsewhere. */
  substring: boolean;
}

export function countSplits({ records, items }: DataFile): SplitterCounts {
  const cut = records.map(({ record }) => cutsOf(record));
  const sum = (part: keyof (typeof cut)[number]) => cut.reduce((total, counts) => total + counts[part], 0);
  const counts: SplitterCounts = {
    misplaced: [],
    words: sum("words"),
    wordsCut: sum("wordsCut"),
    mentionsCut: sum("mentionsCut"),
  };
  if (!items) return counts;
  const unaligned = { whitespace: 0, gliner: 0 };
  for (const { item, where } of items) {
    const [loose, fine] = [splitAtSpaces(item.sentence), splitWords(item.sentence)];
    for (const entity of item.entities) {
      if (!place(entity, item.sentence, fine)) unaligned.gliner++;
      if (place(entity, item.sentence, loose)) continue;
      unaligned.whitespace++;
      counts.misplaced.push({
        where,
        type: entity.type,
        name: entity.name ?? "",
        substring: isSubstring(entity, item.sentence, loose),
      });
    }
  }
  return { ...counts, unaligned };
}

function cutsOf({ tokens, ner }: NerRecord): { words: number; wordsCut: number; mentionsCut: number } {
  const cut = tokens.map((token) => splitTokens(token).length !== 1);
  const mentionsCut = ner.filter(([start, end]) => cut.slice(start, end + 1).includes(true)).length;
  return { words: tokens.length, wordsCut: cut.filter(Boolean).length, mentionsCut };
}

function place({ pos }: InstructEntity, sentence: string, words: readonly Word[]): [number, number] | undefined {
  if (!pos) return undefined;
  const units = unitOffsets(sentence);
  return spanAt(words, units[pos[0]] ?? -1, units[pos[1]] ?? -1);
}

/** A search for the string in place of one for words: the "r" of "are" for a film rated "r". */
function isSubstring({ name, pos }: InstructEntity, sentence: string, words: readonly Word[]): boolean {
  if (!name || !pos) return false;
  const units = unitOffsets(sentence);
  if (sentence.slice(units[pos[0]], units[pos[1]]) !== name) return false;
  const wanted = splitAtSpaces(name).map(({ text }) => text);
  return words.some((_, i) => wanted.every((text, k) => words[i + k]?.text === text));
}
