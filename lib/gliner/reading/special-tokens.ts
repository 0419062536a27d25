/** Types that would be read as marks of the prompt. */
import { usageError } from "../../errors";
import { quote } from "../../files/json-object";
import type { SubwordTokenizer } from "../../text/tokenizer";

/**
 * Types stand in the prompt between marks; one that spells a mark would be read as it, and every type after it would get its
 * neighbour's scores.
 * @throws UserError where a type holds a special token of the tokenizer
 */
export function refuseSpecialTokens(types: Iterable<string>, tokenizer: Pick<SubwordTokenizer, "reservedIn">): void {
  for (const type of types) {
    const token = tokenizer.reservedIn(type);
    if (token)
      throw usageError(
        `the type ${quote(type)} holds ${quote(token)}, a mark of the model's own; wanted a name in words.`,
      );
  }
}
