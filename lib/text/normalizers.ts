/** Patches the JavaScript tokenizer's normalisation of words to match Rust's, before they become subwords. */
import type { Tokenizer } from "@huggingface/tokenizers";
import { UserError } from "../errors";
import { Charsmap } from "./precompiled";

type Normalizer = NonNullable<Tokenizer["normalizer"]>;

/**
 * Makes the normalisers of the JavaScript library do what the Rust ones behind Python do:
 *
 * - lower case is made letter by letter; JavaScript's `toLowerCase` writes a sigma at the end of a word in another way
 * - Precompiled: the real table; the library takes Unicode's NFKC instead, which differs for some characters, and whenever a
 *   combining mark follows a compatibility character
 * - Strip: Unicode's white space; JavaScript's `trim` also takes U+FEFF, and leaves U+0085
 *
 * No step makes a text longer than `LONGEST`: a chain of forty that double would.
 */
export function repairNormalizers(normalizer: Normalizer | null): void {
  if (!normalizer) return;
  if ("normalizers" in normalizer) (normalizer.normalizers as (Normalizer | null)[]).forEach(repairNormalizers);
  const config: Record<string, unknown> = { ...normalizer.config };
  if (config.type === "Precompiled" && typeof config.precompiled_charsmap === "string") {
    const charsmap = new Charsmap(Buffer.from(config.precompiled_charsmap, "base64"));
    normalizer.normalize = (text) => charsmap.normalize(text);
  }
  if (config.type === "Lowercase" || (config.type === "BertNormalizer" && config.lowercase)) {
    const original = normalizer.normalize.bind(normalizer);
    normalizer.normalize = (text) => original(text.replaceAll("Σ", "σ"));
  }
  if (config.type === "Strip")
    normalizer.normalize = (text) => {
      const right = config.strip_right ? text.replace(/\p{White_Space}+$/u, "") : text;
      return config.strip_left ? right.replace(/^\p{White_Space}+/u, "") : right;
    };
  const normalize = normalizer.normalize.bind(normalizer);
  normalizer.normalize = (text) => {
    const result = normalize(text);
    if (result.length <= LONGEST) return result;
    throw new UserError(
      `the tokenizer's ${String(config.type)} makes ${result.length} characters of ${text.length}, wanted at most ${LONGEST}.`,
    );
  };
}

/** Characters of a word; steps add at most 32 for each (`tokenizer-file.ts`). */
const LONGEST = 4_000_000;
