/** Texts and types -> one padded batch: prompts, masks, span indices and labels (`SpanDataCollator` of GLiNER 0.2.29). */
import type { NerSpan } from "../data/records";
import type { SubwordTokenizer } from "../text/tokenizer";
import { spanLabels, tokenLabels } from "./labels";
import { type PromptConfig, type PromptedText, promptText } from "./prompt";
import { asPreprocessed } from "./unknown-words";

/** One text with the types asked of it; `ner` only for training. */
export interface Example {
  tokens: readonly string[];
  types: readonly string[];
  ner?: readonly NerSpan[];
}

/** The `span_mode` of the model without spans: start, end and inside of every word. */
export const TOKEN_LEVEL = "token_level";

/** How older versions made a training batch otherwise; absent = as 0.2.29 does. */
export interface CollateSwitches {
  /** Words and types that their subwords do not spell again become "[UNK]". */
  preprocess_text: boolean;
  /** A span keeps the last of its types only, as until 0.2.15. */
  one_type_per_span: boolean;
}

/**
 * A batch as plain arrays, row-major: what the model turns into tensors, and what a reader can print.
 * B texts, T subwords, W words of the longest text, K max_width, C types of the longest prompt.
 */
export interface Batch {
  size: number;
  T: number;
  W: number;
  K: number;
  C: number;
  /** [B, T] */
  inputIds: Int32Array;
  /** [B, T], 1 = a subword, 0 = padding */
  attentionMask: Int32Array;
  /** [B, T], 1 + word index at the subwords that stand for the word (one of each, or all that are pooled), else 0 */
  wordsMask: Int32Array;
  /** [B], words kept of each text, at least 1 */
  textLengths: number[];
  /** [B, C], position in T of the type's prompt vector, -1 = none */
  typePositions: Int32Array;
  /** [B, W, K], 1 = the span lies within its text */
  spanMask: Uint8Array;
  /** [B, W, K, C], 1 = the span is a mention of the type; token-level [B, W, C, 3]; only with gold */
  labels?: Float32Array;
  /** Per text, the types in prompt order, duplicates removed. */
  classes: string[][];
  /** Per text, the words kept. */
  tokens: string[][];
  /** Per text, words that the model never sees: beyond max_len, or cut off by the encoder's limit. */
  wordsLost: number[];
  /** Per text, the words of `tokens` that the encoder reads: behind them it was cut off. */
  wordsRead: number[];
  /** Per text, subwords of its prompt before any cut, special tokens included. */
  promptLengths: number[];
}

/**
 * Examples -> batch, as `SpanDataCollator` of GLiNER 0.2.29 does: texts cut to `max_len` words (an empty one becomes
 * "[PAD]"), prompts, padding to the longest, multi-hot labels. Gold that cannot be represented (wider than K, beyond the
 * cut, of a type not asked) is left out, as in Python.
 * A prompt that leaves no room for its text is cut as Python cuts it; `promptLengths` shows it, and the model's own `collate` refuses it.
 */
export function collate(
  examples: readonly Example[],
  tokenizer: SubwordTokenizer,
  config: PromptConfig & Partial<CollateSwitches> & { span_mode?: string },
): Batch {
  const tokens = examples.map(({ tokens }) => (tokens.length ? tokens.slice(0, config.max_len) : ["[PAD]"]));
  const classes = examples.map(({ types }) => [...new Set(types)]);
  const shown = (words: string[]) =>
    config.preprocess_text ? words.map((word) => asPreprocessed(word, tokenizer)) : words;
  const prompted = tokens.map((words, b) => promptText(shown(words), shown(classes[b]), tokenizer, config));
  const size = examples.length;
  const T = Math.max(...prompted.map((text) => text.inputIds.length));
  const W = Math.max(...tokens.map((words) => words.length));
  const K = config.max_width;
  const C = Math.max(...classes.map((types) => types.length));
  const batch: Batch = {
    size,
    T,
    W,
    K,
    C,
    inputIds: new Int32Array(size * T).fill(tokenizer.padId),
    attentionMask: new Int32Array(size * T),
    wordsMask: new Int32Array(size * T),
    textLengths: tokens.map((words) => words.length),
    typePositions: new Int32Array(size * C).fill(-1),
    spanMask: new Uint8Array(size * W * K),
    classes,
    tokens,
    wordsLost: examples.map((example, b) => Math.max(0, example.tokens.length - config.max_len) + prompted[b].wordsCut),
    wordsRead: prompted.map((text) => text.wordsRead),
    promptLengths: prompted.map((text) => text.promptLength),
  };
  prompted.forEach((text, b) => {
    placeText(batch, b, text);
  });
  if (examples.some((example) => example.ner)) {
    const gold = { ...batch, ner: examples.map((example) => example.ner) };
    batch.labels = config.span_mode === TOKEN_LEVEL ? tokenLabels(gold) : spanLabels(gold, config.one_type_per_span);
  }
  return batch;
}

function placeText(batch: Batch, b: number, text: PromptedText): void {
  const { T, W, K, C } = batch;
  batch.inputIds.set(text.inputIds, b * T);
  batch.attentionMask.fill(1, b * T, b * T + text.inputIds.length);
  batch.wordsMask.set(text.wordsMask, b * T);
  batch.typePositions.set(text.typePositions, b * C);
  const length = batch.textLengths[b];
  for (let start = 0; start < length; start++)
    batch.spanMask.fill(1, (b * W + start) * K, (b * W + start) * K + Math.min(K, length - start));
}

/**
 * Every span of one text as [start, end inclusive], in the order of the spans' axes: start, then width.
 * @returns [W * K, 2]; spans past the end are listed too, the mask tells them
 */
export function spanIndex(words: number, maxWidth: number): Int32Array {
  const index = new Int32Array(words * maxWidth * 2);
  for (let start = 0, i = 0; start < words; start++)
    for (let width = 0; width < maxWidth; width++) {
      index[i++] = start;
      index[i++] = start + width;
    }
  return index;
}
