/** Extends the encoder's vocabulary by the tokens of the prompt, and by [FLERT] where the version had it. */
import type { GLiNERConfig } from "../../model/config";
import type { SubwordTokenizer } from "../../text/tokenizer";

/** flair's own token, which GLiNER 0.2.23 and later and the first versions add before their two; 0.2.3 to 0.2.22 did not. */
const FLERT = "[FLERT]";

/**
 * An encoder's tokenizer with GLiNER's special tokens, in the order in which Python adds them.
 * @param config where `class_token_index` is known, it says whether there was a [FLERT]
 */
export function addSpecialTokens(
  tokenizer: SubwordTokenizer,
  { ent_token, sep_token, class_token_index }: GLiNERConfig,
): SubwordTokenizer {
  const own = [ent_token, sep_token];
  const withFlert = tokenizer.withSpecialTokens([FLERT, ...own]);
  if (class_token_index < 0 || withFlert.tokenId(ent_token) === class_token_index) return withFlert;
  return tokenizer.withSpecialTokens(own);
}
