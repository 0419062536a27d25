/** Text -> words: GLiNER's splitter in a fast and a plain form, and the split at white space. */
import { CHARACTER_KINDS, SPACE, WORD } from "./character-kinds";

/** A word of a text: `text.slice(start, end)`, UTF-16 offsets, end exclusive. */
export interface Word {
  text: string;
  start: number;
  end: number;
}

/** Text -> words, as GLiNER splits it (`WhitespaceTokenSplitter`: Python's `\w+(?:[-_]\w+)*|\S`). */
export function splitWords(text: string): Word[] {
  const words: Word[] = [];
  eachWord(text, (start, end) => words.push({ text: text.slice(start, end), start, end }));
  return words;
}

/** The same without the offsets. */
export function splitTokens(text: string): string[] {
  const tokens: string[] = [];
  eachWord(text, (start, end) => tokens.push(text.slice(start, end)));
  return tokens;
}

/**
 * The plain form of `splitWords`, which reads like the expression it stands for. `\w` is letters, numbers and `_` of every
 * script in Python, never combining marks; `\s` there holds U+001C-1F and U+0085 but not U+FEFF. It takes letters assigned
 * since Unicode 14 for letters, where Python 3.11 sees single signs, and differs in nothing else.
 */
export function splitWordsPlainly(text: string): Word[] {
  return Array.from(text.matchAll(PATTERN), (match) => {
    const start = match.index ?? 0;
    return { text: match[0], start, end: start + match[0].length };
  });
}
// biome-ignore lint/suspicious/noControlCharactersInRegex: Python's idea of white space has them
const PATTERN = /[\p{L}\p{N}_]+(?:[-_][\p{L}\p{N}_]+)*|[^\s\x1c-\x1f\x85]|\ufeff/gu;

/** Text -> words at white space only, as Python's `str.split()`: what GLiNER's evaluation does to its sentences. */
export function splitAtSpaces(text: string): Word[] {
  const words: Word[] = [];
  let start = 0;
  for (let end = 0; end <= text.length; end++) {
    if (end < text.length && CHARACTER_KINDS[text.charCodeAt(end)] !== SPACE) continue;
    if (end > start) words.push({ text: text.slice(start, end), start, end });
    start = end + 1;
  }
  return words;
}

/** Calls back with the offsets of every word, in one pass over the characters. */
function eachWord(text: string, found: (start: number, end: number) => void): void {
  for (let i = 0; i < text.length; ) {
    const start = i;
    const point = pointAt(text, i);
    i += point > 0xffff ? 2 : 1;
    const kind = CHARACTER_KINDS[point];
    if (kind === SPACE) continue;
    if (kind === WORD) i = endOfWord(text, i);
    found(start, i);
  }
}

/** The end of the word whose characters go on at `i`: a hyphen belongs to it where more of a word follows. */
function endOfWord(text: string, from: number): number {
  let i = from;
  while (i < text.length) {
    const point = pointAt(text, i);
    if (CHARACTER_KINDS[point] === WORD) i += point > 0xffff ? 2 : 1;
    else if (point === HYPHEN && i + 1 < text.length && CHARACTER_KINDS[pointAt(text, i + 1)] === WORD) i++;
    else break;
  }
  return i;
}
const HYPHEN = 0x2d;

/** The code point at `i`; codePointAt only where a surrogate pair may begin, which is rare and slower. */
function pointAt(text: string, i: number): number {
  const unit = text.charCodeAt(i);
  return unit >= 0xd800 && unit <= 0xdbff ? (text.codePointAt(i) ?? unit) : unit;
}
