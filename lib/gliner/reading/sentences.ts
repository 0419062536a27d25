/** Texts read sentence by sentence: each is a text of its own to the model, and the answers are numbered by the words of the whole. */
import type { Reader } from "./reader";
import { typesOfTexts } from "./types-asked";

/**
 * The same reader, of whole texts in sentences.
 * @param starts of each text that will be read, the first words of its sentences; the texts must be the same, in the same order
 */
export function inSentences(reader: Reader, starts: readonly (readonly number[])[]): Reader {
  return {
    async candidates(tokens, labels, options) {
      const types = typesOfTexts(labels, tokens.length);
      if (tokens.length === 0) return [];
      const parts = tokens.flatMap((words, text) =>
        starts[text].map((from, i) => ({ text, from, to: starts[text][i + 1] ?? words.length })),
      );
      const found = await reader.candidates(
        parts.map(({ text, from, to }) => tokens[text].slice(from, to)),
        parts.map(({ text }) => types[text]),
        {
          ...options,
          onWordsLost: (part, words) => options.onWordsLost?.(parts[part].text, words),
          onWindows: (part) => options.onWindows?.(parts[part].text),
        },
      );
      const whole = tokens.map((): (typeof found)[number] => []);
      parts.forEach(({ text, from }, part) => {
        for (const span of found[part]) whole[text].push({ ...span, start: span.start + from, end: span.end + from });
      });
      return whole;
    },
  };
}
