/** Asks for many types in several prompts and joins the answers. */
import { usageError } from "../../errors";
import type { SpanCandidate } from "../../model/decode";
import { checkNumber } from "../../options";
import type { Reader } from "./reader";
import { typesOfTexts } from "./types-asked";

/**
 * The same model, asked for at most `size` types at a time: for more of them than fit into one prompt. A type's scores depend
 * on the types beside it, so the answers are not those of one prompt; their time grows linearly with the types, while one
 * prompt's grows with the square of its length.
 * @throws UserError where `size` is no whole number from 1 on, or `classProbs` are asked for, which compare all types
 */
export function inLabelChunks(reader: Reader, size: number): Reader {
  checkNumber("labelsAtOnce", size);
  return {
    async candidates(tokens, labels, options) {
      if (options.classProbs)
        throw usageError("returnClassProbs compares all types of a span, so it cannot be had with labelsAtOnce.");
      const prompts = chunksOf(typesOfTexts(labels, tokens.length), size);
      const total = prompts.reduce((sum, { texts }) => sum + texts.length, 0);
      const found: SpanCandidate[][] = tokens.map(() => []);
      const lost: number[] = tokens.map(() => 0);
      let before = 0;
      for (const { texts, types } of prompts) {
        const now: number[] = tokens.map(() => 0);
        const parts = await reader.candidates(
          texts.map((text) => tokens[text]),
          types,
          {
            ...options,
            onProgress: (done) => options.onProgress?.(before + done, total),
            onWordsLost: (n, words) => {
              now[texts[n]] += words;
            },
            onWindows: (n) => options.onWindows?.(texts[n]),
          },
        );
        before += texts.length;
        // A text that is too long for one prompt is so for most: told once, as the longest prompt has it.
        now.forEach((words, text) => {
          lost[text] = Math.max(lost[text], words);
        });
        parts.forEach((spans, n) => {
          found[texts[n]].push(...spans);
        });
      }
      lost.forEach((words, text) => {
        if (words > 0) options.onWordsLost?.(text, words);
      });
      // In the order of a single pass; the sort keeps the types of a span in the order of the prompt.
      for (const spans of found) spans.sort((a, b) => a.start - b.start || a.end - b.end);
      return found;
    },
  };
}

/** The n-th piece of every text's types, with the texts that have one; pieces of a shared list are shared. */
function chunksOf(
  types: readonly (readonly string[])[],
  size: number,
): { texts: number[]; types: (readonly string[])[] }[] {
  const rounds = Math.ceil(types.reduce((most, { length }) => Math.max(most, length), 0) / size);
  return Array.from({ length: rounds }, (_, n) => {
    const pieces = new Map<readonly string[], readonly string[]>();
    const piece = (own: readonly string[]) => {
      const known = pieces.get(own) ?? own.slice(n * size, (n + 1) * size);
      pieces.set(own, known);
      return known;
    };
    const texts = types.flatMap(({ length }, text) => (length > n * size ? [text] : []));
    return { texts, types: texts.map((text) => piece(types[text])) };
  });
}
