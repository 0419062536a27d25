/** A word of a text: `text.slice(start, end)`, UTF-16 offsets, end exclusive. */
export interface Word {
  text: string;
  start: number;
  end: number;
}

/**
 * Python's `\w+(?:[-_]\w+)*|\S` (GLiNER's WhitespaceTokenSplitter) in JavaScript: `\w` there is Unicode letters, numbers and
 * `_`, never combining marks, and `\s` holds U+001C-1F and U+0085 but not U+FEFF. The two agree on every code point that
 * Unicode 14 (Python 3.11) assigns; Node knows later letters too, which that Python takes for single signs.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: Python's idea of white space has them
const WORD = /[\p{L}\p{N}_]+(?:[-_][\p{L}\p{N}_]+)*|[^\s\x1c-\x1f\x85]|\ufeff/gu;

/** Text -> words, as GLiNER splits it. */
export function splitWords(text: string): Word[] {
  return Array.from(text.matchAll(WORD), (match) => {
    const start = match.index ?? 0;
    return { text: match[0], start, end: start + match[0].length };
  });
}
