/** Words and types -> subwords of one prompt, with the places where types and words are read off again. */
import { UserError } from "../errors";
import type { SubwordTokenizer } from "../text/tokenizer";

/** What the prompt and the batch need of gliner_config.json. */
export interface PromptConfig {
  ent_token: string;
  sep_token: string;
  class_token_index: number;
  embed_ent_token: boolean;
  subtoken_pooling: string;
  max_len: number;
  max_width: number;
  /**
   * "place" (default) numbers the words by their place in the text. "seen" counts the words that had a subword, as GLiNER
   * 0.2.29 does: behind a word without subwords, in the text or in the prompt, every word takes its neighbour's number.
   * "seen_prompt" counts those of the prompt only, as 0.2.6 to 0.2.22 did: for a type without subwords the first word of the
   * text is taken for the prompt and has no vector.
   */
  wordNumbering?: "place" | "seen" | "seen_prompt";
}

/** One text behind its prompt, in subwords. */
export interface PromptedText {
  /** [CLS] <<ENT>> type ... <<SEP>> word ... [SEP] */
  inputIds: number[];
  /** Per subword: 1 + the index of the text word whose pooled subword it is, else 0. */
  wordsMask: number[];
  /** Position of each type's `<<ENT>>`, in prompt order; shorter than the types where the prompt was cut. */
  typePositions: number[];
  /** Words of the text that have no subword in the sequence because the encoder's limit cut them off. */
  wordsCut: number;
  /** Words of the text from its beginning up to the cut. */
  wordsRead: number;
  /** Subwords of the special tokens and the prompt, whether or not they fit. */
  promptLength: number;
}

/**
 * The input of the encoder (paper, section 2.1): every type behind its own `<<ENT>>`, a `<<SEP>>`, then the words.
 *
 * Truncates like `truncation=True` in Python: at the tokenizer's `model_max_length`, prompt and special tokens counted,
 * from the right.
 */
export function promptText(
  words: readonly string[],
  types: readonly string[],
  tokenizer: SubwordTokenizer,
  config: PromptConfig,
): PromptedText {
  const limit = tokenizer.modelMaxLength - 1;
  const inputIds = [tokenizer.clsId];
  const wordsMask = [0];
  const promptWords = 2 * types.length + 1;
  let cut = false;
  let promptLength = 2;
  let seen = 0;
  const push = (ids: readonly number[], word: number): number => {
    let placed = 0;
    for (let i = 0; i < ids.length; i++) {
      if (inputIds.length >= limit) {
        cut = true;
        break;
      }
      inputIds.push(ids[i]);
      wordsMask.push(0);
      placed++;
    }
    if (placed > 0) seen++;
    const counted = seen - promptWords;
    const number =
      config.wordNumbering === "seen" || (config.wordNumbering === "seen_prompt" && counted <= 0) ? counted : word;
    // A word cut in the middle keeps the part that fits, as in Python.
    if (number > 0 && placed > 0) markWord(wordsMask, placed, number, config.subtoken_pooling);
    return placed;
  };
  for (const word of [...types.flatMap((type) => [config.ent_token, type]), config.sep_token]) {
    const ids = tokenizer.encodeWord(word);
    promptLength += ids.length;
    push(ids, 0);
  }
  let wordsCut = 0;
  let wordsRead = 0;
  for (let i = 0; i < words.length; i++) {
    const ids = tokenizer.encodeWord(words[i]);
    const placed = cut ? 0 : push(ids, i + 1);
    if (placed === 0 && ids.length > 0) wordsCut++;
    // A word of no subword stands in its place as long as those around it do.
    if (!cut || placed > 0) wordsRead = i + 1;
  }
  inputIds.push(tokenizer.sepId);
  wordsMask.push(0);
  const positions = typePositions(inputIds, types.length, config);
  return { inputIds, wordsMask, typePositions: positions, wordsCut, wordsRead, promptLength };
}

/**
 * @param promptLength subwords of a prompt and the special tokens
 * @param limit the longest sequence
 * @throws UserError where no subword is left for the text, of which Python then reads nothing and says so nowhere
 */
export function checkRoom(promptLength: number, types: number, limit: number): void {
  if (promptLength < limit) return;
  throw new UserError(
    `the prompt of ${types} ${types === 1 ? "type" : "types"} takes ${promptLength} of the encoder's ${limit} subwords and leaves none for the text; ask for fewer types at once (labelsAtOnce; in training max_types).`,
  );
}

/** Marks the subwords that stand for a word among the last `placed` ones: the first, the last, or all that are pooled. */
function markWord(wordsMask: number[], placed: number, word: number, pooling: string): void {
  const end = wordsMask.length;
  if (pooling === "mean" || pooling === "max") wordsMask.fill(word, end - placed);
  else wordsMask[pooling === "last" ? end - 1 : end - placed] = word;
}

/** Like Python: every position of the class token counts, the first ones belong to the prompt. */
export function typePositions(
  inputIds: readonly number[],
  types: number,
  config: Pick<PromptConfig, "class_token_index" | "embed_ent_token">,
): number[] {
  const positions: number[] = [];
  for (let t = 0; t < inputIds.length && positions.length < types; t++)
    if (inputIds[t] === config.class_token_index) positions.push(config.embed_ent_token ? t : t + 1);
  return positions;
}
