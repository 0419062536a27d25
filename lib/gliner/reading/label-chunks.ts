import { usageError } from "../../errors";
import type { SpanCandidate } from "../../model/decode";
import { checkLabels } from "./checks";
import type { Reader } from "./reader";

/**
 * The same model, asked for at most `size` types at a time: for more of them than fit into one prompt. A type's scores depend
 * on the types beside it, so the answers are not those of one prompt; their time grows linearly with the types, while one
 * prompt's grows with the square of its length.
 * @throws UserError where `size` is no whole number from 1 on, or `classProbs` are asked for, which compare all types
 */
export function inLabelChunks(reader: Reader, size: number): Reader {
  if (!(Number.isInteger(size) && size >= 1))
    throw usageError(`labelsAtOnce got ${size}, wanted a whole number from 1 on.`);
  return {
    async candidates(tokens, labels, options) {
      if (options.classProbs)
        throw usageError("returnClassProbs compares all types of a span, so it cannot be had with labelsAtOnce.");
      const types = checkLabels(labels);
      const chunks = Math.ceil(types.length / size);
      const found: SpanCandidate[][] = tokens.map(() => []);
      for (let n = 0; n < chunks; n++) {
        const own = types.slice(n * size, (n + 1) * size);
        const parts = await reader.candidates(tokens, own, {
          ...options,
          onProgress: (done, total) => options.onProgress?.(n * total + done, chunks * total),
          // What is too long for one prompt is too long for all of this size: told once.
          onWordsLost: n === 0 ? options.onWordsLost : undefined,
        });
        parts.forEach((spans, text) => {
          found[text].push(...spans);
        });
      }
      // In the order of a single pass; the sort keeps the types of a span in the order of the prompt.
      for (const spans of found) spans.sort((a, b) => a.start - b.start || a.end - b.end);
      return found;
    },
  };
}
