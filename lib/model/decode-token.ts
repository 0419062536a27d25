/** From scores to span candidates in the token-level model: pairs starts with ends over unbroken insides. */
import { exceeds, probability, type SpanCandidate } from "./decode";

/** How the flat scores of one text are laid out: [W, C, 3], row-major. */
export interface TokenScoreShape {
  /** Words of this text. */
  words: number;
  /** The types of this text's prompt. */
  classes: readonly string[];
  /** C, where the batch has a longer prompt; default the number of classes. */
  stride?: number;
}

/**
 * The spans of the token-level head: a word whose start exceeds the threshold, a word from there on whose end of the same
 * type does, and between them no inside below it. The span's probability is the least of all of them; no width is too
 * great. In the order of the starts (word, then type), then of the ends, as in Python.
 * @param scores logits [W, C, 3] of one text
 * @see gliner/decoding/decoder.py, TokenDecoder (0.2.29)
 */
export function tokenCandidates(scores: Float32Array, shape: TokenScoreShape, threshold: number): SpanCandidate[] {
  const { words, classes } = shape;
  const stride = shape.stride ?? classes.length;
  const at = (word: number, c: number, tag: number) => probability(scores[(word * stride + c) * 3 + tag]);
  const found: SpanCandidate[] = [];
  for (let start = 0; start < words; start++)
    for (let c = 0; c < classes.length; c++) {
      const begins = at(start, c, 0);
      if (!exceeds(begins, threshold)) continue;
      let least = begins;
      for (let end = start; end < words; end++) {
        const inside = at(end, c, 2);
        // Python compares the inside in float64 and lets it equal the threshold.
        if (inside < threshold) break;
        least = Math.min(least, inside);
        const ends = at(end, c, 1);
        if (exceeds(ends, threshold)) found.push({ start, end, label: classes[c], score: Math.min(least, ends) });
      }
    }
  return found;
}
