/** Makes Hugging Face's JavaScript tokenizer out of a checked tokenizer.json, safe and equal to Rust's. */
import { Tokenizer } from "@huggingface/tokenizers";
import { UserError } from "../errors";
import { type JsonObject, quote } from "../files/json-object";
import { LinearPattern } from "./linear-pattern";
import { repairNormalizers } from "./normalizers";
import type { TokenizerFile } from "./tokenizer-file";

/**
 * The library's tokenizer of a checked file, with bounded regular expressions and Rust's normalisers.
 *
 * Its constructor normalises added tokens before anything can be mended, with JavaScript's regular expressions. So it is told
 * that none of them is normalised, and is given those that are afterwards.
 * @param origin for messages
 * @throws UserError where the library cannot use the file: it says so by any kind of error
 */
export function buildTokenizer(file: TokenizerFile, config: JsonObject, origin: string): Tokenizer {
  try {
    const added_tokens = file.added_tokens.map((token) => ({ ...token, normalized: false }));
    const tokenizer = new Tokenizer({ ...file, added_tokens }, config);
    for (const steps of [tokenizer.normalizer, tokenizer.pre_tokenizer, tokenizer.decoder]) boundPatterns(steps);
    repairNormalizers(tokenizer.normalizer);
    normaliseAdded(tokenizer, file);
    return tokenizer;
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    throw new UserError(`the tokenizer in ${origin} cannot be used (${quote(reason).slice(1, -1)}).`);
  }
}

/** A step of the library, as far as it is looked into. */
interface Step {
  config?: { pattern?: { Regex?: unknown } };
  pattern?: RegExp | LinearPattern | null;
  normalizers?: Step[];
  tokenizers?: Step[];
  decoders?: Step[];
}

/** Puts a linear engine in the place of every regular expression that the file brought. */
function boundPatterns(steps: object | null): void {
  if (!steps) return;
  const step = steps as Step;
  const source = step.config?.pattern?.Regex;
  if (typeof source === "string") step.pattern = new LinearPattern(source);
  for (const list of [step.normalizers, step.tokenizers, step.decoders]) list?.forEach(boundPatterns);
}

/** What the library's constructor makes of added tokens that are looked for in the normalised text. */
interface Inside {
  splitter_unnormalized: object;
  splitter_normalized: object;
  added_tokens_map: Map<string, unknown>;
}

function normaliseAdded(tokenizer: Tokenizer, { added_tokens: added }: TokenizerFile): void {
  const { normalizer } = tokenizer;
  const isNormalised = ({ normalized, special }: TokenizerFile["added_tokens"][number]) => normalized ?? !special;
  if (!normalizer || !added.some(isNormalised)) return;
  const inside = tokenizer as unknown as Inside;
  const Splitter = inside.splitter_normalized.constructor as new (contents: string[]) => object;
  const known = inside.added_tokens_map;
  const normalised = added.filter(isNormalised).map(({ content }) => [normalizer.normalize(content), content]);
  for (const [text, content] of normalised) known.set(text, known.get(content));
  inside.splitter_unnormalized = new Splitter(added.filter((one) => !isNormalised(one)).map(({ content }) => content));
  inside.splitter_normalized = new Splitter(normalised.map(([text]) => text));
}
