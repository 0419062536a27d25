/** Text -> sentences, by `Intl.Segmenter` and by what it does not know: abbreviations, initials, lines that go on. */

import type { Word } from "./words";

/** `text.slice(start, end)`, with the white space behind it. */
export interface SentencePlace {
  start: number;
  end: number;
}

const SEGMENTER = new Intl.Segmenter("en", { granularity: "sentence" });

/** The sentences of a text, which together are the whole text. A blank line ends one in any case. */
export function splitSentences(text: string): SentencePlace[] {
  const sentences: SentencePlace[] = [];
  for (const { segment, index } of SEGMENTER.segment(text)) {
    const last = sentences.at(-1);
    const end = index + segment.length;
    if (last && goesOn(text.slice(Math.max(last.start, last.end - LOOK_BACK), last.end), segment)) last.end = end;
    else sentences.push({ start: index, end });
  }
  return sentences;
}

/** Characters before a break that say whether it is one. */
const LOOK_BACK = 40;

/** What stands before a full stop that mostly ends no sentence: two sentences read together cost less than a name that is cut. */
const ABBREVIATIONS =
  "dr mr mrs ms mx prof rev gen col capt lt sgt gov sen rep hon st ste mt ft jr sr vs cf al fig figs eq eqs no nos vol pp art sec ch ed eds approx ca dept est e.g i.e u.s u.k jan feb mar apr jun jul aug sept oct nov dec nr bzw str tel".split(
    " ",
  );
const ABBREVIATED = new RegExp(`(?:^|[^\\p{L}\\p{N}.])(?:${ABBREVIATIONS.map(escaped).join("|")})\\.\\s*$`, "iu");
const INITIAL = /(?:^|[^\p{L}\p{N}])\p{Lu}\.\s*$/u;

function escaped(text: string): string {
  return text.replaceAll(".", "\\.");
}

/** True where the break before `next` is none. */
function goesOn(before: string, next: string): boolean {
  if (next.trim() === "") return true;
  if (/\n\s*\n\s*$/.test(before)) return false;
  return INITIAL.test(before) || ABBREVIATED.test(before) || /^\p{Ll}/u.test(next);
}

/**
 * The number of the first word of each sentence of a text.
 * @param words of this text, with its offsets
 */
export function sentenceStarts(text: string, words: readonly Word[]): number[] {
  const starts: number[] = [];
  let word = 0;
  for (const { end } of splitSentences(text)) {
    const first = word;
    while (word < words.length && words[word].start < end) word++;
    if (word > first) starts.push(first);
  }
  return starts;
}
