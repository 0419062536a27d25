/** How a text becomes words: composed or as it is, by which splitter; with offsets of the text as it came. */
import { ComposedText } from "./compose";
import { splitUnspaced } from "./unspaced";
import { splitAtSpaces, splitWords, type Word } from "./words";

/** How texts become words. */
export interface TextReading {
  /** Compose letters and their accents first (NFC; default). Offsets and texts of entities are those of the text as it came. */
  nfc?: boolean;
  /** "gliner" (default): GLiNER's words. "intl": the same, and words where a script has no spaces between them. */
  splitter?: TextSplitter;
}

export const TEXT_SPLITTERS = ["gliner", "intl"] as const;
export type TextSplitter = (typeof TEXT_SPLITTERS)[number];

/** How annotated texts become words: as predictions do, or cut at white space as GLiNER's evaluation does it. */
export const WORD_SPLITTERS = ["whitespace", ...TEXT_SPLITTERS] as const;
export type WordSplitter = (typeof WORD_SPLITTERS)[number];

/** @param edges where mentions begin and end: "intl" parts words there too, since releases of Node cut such scripts differently */
export function splitBy(splitter: WordSplitter, text: string, edges: readonly number[] = []): Word[] {
  if (splitter === "intl") return splitUnspaced(text, edges);
  return splitter === "gliner" ? splitWords(text) : splitAtSpaces(text);
}

/** The words of a text: their `text` is what the model reads, `start` and `end` are offsets of the text as it came. */
export function wordsOf(text: string, { nfc = true, splitter = "gliner" }: TextReading = {}): Word[] {
  if (!nfc) return splitBy(splitter, text);
  const composed = new ComposedText(text);
  const words = splitBy(splitter, composed.text);
  if (composed.changes === 0) return words;
  return words.map((word) => {
    const [start, end] = composed.toOriginal(word.start, word.end);
    return { text: word.text, start, end };
  });
}

/** Letters of a word from which on it is hardly one. */
const LETTERS = 30;

/** True for a word of more than 30 letters, such as a clause of Chinese; a hash or an address is none. */
export const hardlyAWord = ({ text }: Word): boolean =>
  text.length > LETTERS && (text.match(/\p{L}/gu)?.length ?? 0) > LETTERS;
