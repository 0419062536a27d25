/** Gold mentions -> the 0/1 arrays that the loss compares with the scores: one for spans, one for words. */
import type { NerSpan } from "../data/records";

/** What labels are made from: a text's words kept, its types in prompt order, its gold. */
export interface Gold {
  size: number;
  W: number;
  K: number;
  C: number;
  textLengths: readonly number[];
  classes: readonly (readonly string[])[];
  ner: readonly (readonly NerSpan[] | undefined)[];
}

/**
 * Multi-hot labels of spans. Gold that no span stands for (wider than K, beyond the cut, of a type not asked) is left out.
 * @param lastWins a span keeps its last type only, as until 0.2.15
 * @returns [B, W, K, C]
 */
export function spanLabels(gold: Gold, lastWins = false): Float32Array {
  const { size, W, K, C } = gold;
  const labels = new Float32Array(size * W * K * C);
  for (let b = 0; b < size; b++)
    for (const [start, end, label] of gold.ner[b] ?? []) {
      const c = gold.classes[b].indexOf(label);
      if (c < 0 || end < start || end - start >= K || end >= gold.textLengths[b]) continue;
      const at = ((b * W + start) * K + end - start) * C;
      if (lastWins) labels.fill(0, at, at + C);
      labels[at + c] = 1;
    }
  return labels;
}

/**
 * Labels of words: whether a mention of the type starts, ends, or is inside there. Two mentions of one type that overlap
 * cannot be told apart afterwards. Gold of any width counts; gold past the longest text or of a type not asked is left out.
 * @returns [B, W, C, 3]: start, end, inside
 * @see UniEncoderTokenProcessor.create_labels (0.2.29)
 */
export function tokenLabels(gold: Gold): Float32Array {
  const { size, W, C } = gold;
  const labels = new Float32Array(size * W * C * 3);
  for (let b = 0; b < size; b++)
    for (const [start, end, label] of gold.ner[b] ?? []) {
      const c = gold.classes[b].indexOf(label);
      if (c < 0 || end < start || end >= W) continue;
      const at = (word: number, tag: number) => ((b * W + word) * C + c) * 3 + tag;
      labels[at(start, 0)] = 1;
      labels[at(end, 1)] = 1;
      for (let word = start; word <= end; word++) labels[at(word, 2)] = 1;
    }
  return labels;
}
