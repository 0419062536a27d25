/** Words -> words that the vocabulary can spell, a step that some releases put before the subwords. */
import type { SubwordTokenizer } from "../text/tokenizer";

/**
 * What a word becomes where training text is "preprocessed" (`prepare_text`, `preprocess_text=True`): "[UNK]" where its
 * subwords do not spell it again exactly, "[PAD]" where it is white space.
 *
 * train.py did this from 0.2.3 to 0.2.8, to types too, and `load_from_config` from 0.2.20 to 0.2.22; prediction did not. A
 * tokenizer that lower-cases thereby loses every capitalised word of its training text.
 */
export function asPreprocessed(word: string, tokenizer: SubwordTokenizer): string {
  if (word.trim() === "") return tokenizer.specialToken("pad_token");
  return tokenizer.decode(tokenizer.encodeWord(word)) === word ? word : tokenizer.specialToken("unk_token");
}
