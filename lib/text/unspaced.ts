/**
 * Words of scripts that put no spaces between them: Chinese, Japanese, Thai, Lao, Khmer, Burmese. GLiNER's splitter takes a clause of
 * them for one word (and cuts the vowel signs of Thai off); `Intl.Segmenter` knows their words. All other text is split as ever.
 *
 * Releases of Node bring other dictionaries: a model trained with these words can meet others elsewhere, within such scripts only.
 */
import { splitWords, type Word } from "./words";

const RUN = ["Han", "Hiragana", "Katakana", "Bopomofo", "Thai", "Lao", "Khmer", "Myanmar"]
  .map((script) => `\\p{Script_Extensions=${script}}`)
  .join("");
const UNSPACED = new RegExp(`[${RUN}]+`, "gu");
const SEGMENTER = new Intl.Segmenter("zh", { granularity: "word" });

/**
 * @param edges offsets at which a run without spaces is cut as well, such as those of mentions: an annotator's word is a word
 */
export function splitUnspaced(text: string, edges: readonly number[] = []): Word[] {
  const words: Word[] = [];
  const spaced = (start: number, end: number) => {
    for (const word of splitWords(text.slice(start, end)))
      words.push({ text: word.text, start: word.start + start, end: word.end + start });
  };
  let at = 0;
  for (const { 0: run, index = 0 } of text.matchAll(UNSPACED)) {
    spaced(at, index);
    at = index + run.length;
    words.push(...segments(run, index, edges));
  }
  spaced(at, text.length);
  return words;
}

function segments(run: string, from: number, edges: readonly number[]): Word[] {
  const inside = edges.filter((edge) => edge > from && edge < from + run.length);
  const begins = Array.from(SEGMENTER.segment(run), ({ index }) => index + from);
  const cuts = [...new Set([...begins, ...inside, from + run.length])].sort((a, b) => a - b);
  const words = cuts.slice(1).map((end, i) => ({ text: run.slice(cuts[i] - from, end - from), start: cuts[i], end }));
  return words.filter(({ text }) => text.trim() !== "");
}

/** True where the text has characters of such a script. */
export const hasUnspaced = (text: string): boolean => text.search(UNSPACED) >= 0;
