/** Asks for many types in several prompts and joins the answers. */
import { usageError } from "../../errors";
import type { SpanCandidate } from "../../model/decode";
import { checkLabels, checkNumber } from "../../options";
import type { Reader } from "./reader";

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
      const types = checkLabels(labels);
      const chunks = Math.ceil(types.length / size);
      const found: SpanCandidate[][] = tokens.map(() => []);
      const lost: number[] = tokens.map(() => 0);
      for (let n = 0; n < chunks; n++) {
        const own = types.slice(n * size, (n + 1) * size);
        const now: number[] = tokens.map(() => 0);
        const parts = await reader.candidates(tokens, own, {
          ...options,
          onProgress: (done, total) => options.onProgress?.(n * total + done, chunks * total),
          onWordsLost: (text, words) => {
            now[text] += words;
          },
        });
        // A text that is too long for one prompt is so for most: told once, as the longest prompt has it.
        now.forEach((words, text) => {
          lost[text] = Math.max(lost[text], words);
        });
        parts.forEach((spans, text) => {
          found[text].push(...spans);
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
