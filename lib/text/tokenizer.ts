/** Words -> subwords: loads a model folder's tokenizer, encodes word by word and caches the ids. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Tokenizer } from "@huggingface/tokenizers";
import { UserError, usageError, warnOnce } from "../errors";
import { writeAtomically } from "../files/atomic";
import { quote } from "../files/json-object";
import { buildTokenizer } from "./build";
import { DEBERTA_TOKENS, debertaTokenizer, readSentencePiece } from "./sentencepiece";
import { type CheckedFile, checkTokenizerFile, readTokenizerJson, type TokenizerFile } from "./tokenizer-file";

/**
 * Words -> subwords, word by word, as `tokenizer(words, is_split_into_words=True)` of Hugging Face does.
 *
 * The truncation and padding that tokenizer.json may carry (MiniLM's is fixed at 128) are ignored, as Python ignores them
 * when it calls with truncation=True: what counts is `model_max_length` of tokenizer_config.json.
 */
export class SubwordTokenizer {
  readonly clsId: number;
  readonly sepId: number;
  readonly padId: number;
  /** The longest sequence the encoder takes, special tokens counted; Infinity where the files name none. */
  readonly modelMaxLength: number;
  /** One more than the largest id. */
  readonly size: number;
  private readonly cache = new Map<string, readonly number[]>();
  private readonly tokenizer: Tokenizer;
  private readonly added: ReadonlySet<string>;
  private readonly reserved: readonly string[];
  private readonly file: TokenizerFile;

  private constructor(
    { file, largestId }: CheckedFile,
    private readonly config: Record<string, unknown>,
    private readonly origin: string,
  ) {
    this.file = file;
    this.tokenizer = buildTokenizer(file, config, origin);
    this.added = new Set(file.added_tokens.map(({ content }) => content));
    this.reserved = file.added_tokens.flatMap(({ special, content }) => (special && content !== "" ? [content] : []));
    this.clsId = this.special("cls_token");
    this.sepId = this.special("sep_token");
    this.padId = this.special("pad_token");
    this.modelMaxLength = longestSequence(config.model_max_length, origin);
    this.size = 1 + largestId;
  }

  /**
   * @param folder holds tokenizer.json and tokenizer_config.json; or DeBERTa's spm.model, from which the same is made
   * @throws UserError where one is absent or broken
   */
  static load(folder: string): SubwordTokenizer {
    if (!existsSync(join(folder, "tokenizer.json")) && existsSync(join(folder, SPM))) return fromSentencePiece(folder);
    return SubwordTokenizer.of(
      readTokenizerJson(folder, "tokenizer.json"),
      readTokenizerJson(folder, "tokenizer_config.json"),
      folder,
    );
  }

  /**
   * @param origin where it comes from, for messages
   * @throws UserError where the file is unsound, or of a kind that is not built
   */
  static of(file: Record<string, unknown>, config: Record<string, unknown>, origin: string): SubwordTokenizer {
    return new SubwordTokenizer(checkTokenizerFile(file, `the tokenizer in ${origin}`), config, origin);
  }

  /**
   * The subword ids of one word, without special tokens; a word of spaces or control characters has none. Of a word of more
   * than 10,000 characters (a file pasted as text) only the beginning is read, and that is said.
   */
  encodeWord(word: string): readonly number[] {
    if (word.length > LONGEST_WORD) return this.encodeWord(beginningOf(word));
    let ids = this.cache.get(word);
    if (!ids) {
      ids = word === "" ? [] : this.encodeNewWord(word);
      // Natural text repeats its words (Zipf): the cache answers nearly all of them. It is bounded against hostile text.
      if (this.cache.size > 200_000) this.cache.clear();
      this.cache.set(word, ids);
    }
    return ids;
  }

  private encodeNewWord(word: string): readonly number[] {
    const { normalizer, pre_tokenizer, model } = this.tokenizer;
    const normalized = normalizer?.normalize(word) ?? word;
    // The library takes what only looks like an added token after normalisation, such as "［SEP］", for that token.
    if (normalized === word || !this.added.has(normalized) || !model)
      return this.tokenizer.encode(word, { add_special_tokens: false }).ids;
    const pieces = model.encode(pre_tokenizer?.pre_tokenize(normalized) ?? [normalized]);
    return pieces.map((piece) => this.tokenId(piece) ?? Number(model.unk_token_id));
  }

  /** The text that subwords spell, special tokens left out, as `decode(ids, skip_special_tokens=True)` in Python. */
  decode(ids: readonly number[]): string {
    return ids.length ? this.tokenizer.decode([...ids], { skip_special_tokens: true }) : "";
  }

  /** A special token that stands in the text, such as "<<ENT>>" or "[SEP]": the encoder would take it for that mark. */
  reservedIn(text: string): string | undefined {
    return this.reserved.find((token) => text.includes(token));
  }

  /** The text of a special token, such as "[UNK]". @throws UserError where tokenizer_config.json does not name it */
  specialToken(name: "pad_token" | "unk_token"): string {
    return this.token(this.special(name));
  }

  /** The id of a token, or undefined where the vocabulary lacks it. */
  tokenId(token: string): number | undefined {
    return this.tokenizer.token_to_id(token);
  }

  /** The token of an id, for people to read. */
  token(id: number): string {
    return this.tokenizer.id_to_token(id) ?? `<${id}>`;
  }

  /** A tokenizer that also knows these special tokens, numbered on from `size` like `add_tokens` does in Python. */
  withSpecialTokens(tokens: readonly string[]): SubwordTokenizer {
    const missing = tokens.filter((token) => this.tokenId(token) === undefined);
    const added = missing.map((content, i) => ({
      id: this.size + i,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    }));
    const file = { ...this.file, added_tokens: [...this.file.added_tokens, ...added] };
    const largestId = this.size - 1 + added.length;
    return new SubwordTokenizer({ file, largestId }, this.config, this.origin);
  }

  /** The same tokenizer for shorter sequences. @throws UserError (usage) where it is no limit, or the encoder's own is shorter */
  withLimit(subwords: number): SubwordTokenizer {
    if (!Number.isSafeInteger(subwords) || subwords < 3 || subwords > this.modelMaxLength)
      throw usageError(
        `the limit of ${subwords} subwords is none; wanted a whole number from 3 to ${this.modelMaxLength}.`,
      );
    const checked = { file: this.file, largestId: this.size - 1 };
    return new SubwordTokenizer(checked, { ...this.config, model_max_length: subwords }, this.origin);
  }

  /** Writes what Python's AutoTokenizer reads: tokenizer.json, tokenizer_config.json, special_tokens_map, added_tokens. */
  save(folder: string): void {
    const names = ["unk_token", "sep_token", "pad_token", "cls_token", "mask_token", "bos_token", "eos_token"];
    const map = Object.fromEntries(
      names.filter((name) => name in this.config).map((name) => [name, this.config[name]]),
    );
    const vocabulary = Object.fromEntries(this.file.added_tokens.map((token) => [token.content, token.id]));
    const write = (name: string, value: unknown, indent?: number) =>
      writeAtomically(join(folder, name), `${JSON.stringify(value, null, indent)}\n`);
    // A vocabulary is not for reading: without indents it has two thirds of the bytes.
    write("tokenizer.json", { ...this.file, truncation: null, padding: null });
    write("tokenizer_config.json", this.config, 2);
    write("special_tokens_map.json", map, 2);
    write("added_tokens.json", vocabulary, 2);
  }

  /** What tells this tokenizer from every other: a hash of its files, and the tokens added to its vocabulary. */
  identity(): { sha256: string; size: number; added_tokens: Record<string, number> } {
    const file = { ...this.file, truncation: null, padding: null };
    const sha256 = createHash("sha256")
      .update(JSON.stringify([file, this.config]))
      .digest("hex");
    const added = this.file.added_tokens.map((token) => [token.content, token.id]);
    return { sha256, size: this.size, added_tokens: Object.fromEntries(added) };
  }

  private special(name: string): number {
    const value = this.config[name];
    const content = typeof value === "string" ? value : (value as { content?: unknown } | undefined)?.content;
    const id = typeof content === "string" ? this.tokenId(content) : undefined;
    if (id === undefined)
      throw new UserError(
        `the tokenizer in ${this.origin} names ${name} = ${quote(value)}, which its vocabulary lacks.`,
      );
    return id;
  }
}

const SPM = "spm.model";

/** No encoder's limit is that wide; the time of Unigram grows with the square of a word's length: 20 s for 100,000. */
const LONGEST_WORD = 10_000;

function beginningOf(word: string): string {
  warnOnce(`of a word of ${word.length} characters the first ${LONGEST_WORD} are read; wanted text with spaces.`);
  const isPair = /[\ud800-\udbff]/.test(word[LONGEST_WORD - 1]);
  return word.slice(0, isPair ? LONGEST_WORD - 1 : LONGEST_WORD);
}
/** transformers writes 1e30 for "none". A sequence has a first and a last token, and something between them. */
function longestSequence(limit: unknown, origin: string): number {
  if (limit === undefined || limit === null || (typeof limit === "number" && limit >= 1e15))
    return Number.POSITIVE_INFINITY;
  if (Number.isSafeInteger(limit) && Number(limit) > 2) return Number(limit);
  throw new UserError(
    `${join(origin, "tokenizer_config.json")}: "model_max_length" is ${quote(limit)}, wanted a whole number from 3 on.`,
  );
}

/** Microsoft's repositories of DeBERTa have no tokenizer.json, and a tokenizer_config.json of two keys. */
function fromSentencePiece(folder: string): SubwordTokenizer {
  const optional = (name: string) => readTokenizerJson(folder, name, true);
  const config = { tokenizer_class: "DebertaV2Tokenizer", ...DEBERTA_TOKENS, ...optional("tokenizer_config.json") };
  const added = optional("added_tokens.json");
  for (const [token, id] of Object.entries(added))
    if (!Number.isSafeInteger(id))
      throw new UserError(`${join(folder, "added_tokens.json")}: ${quote(token)} is ${quote(id)}, wanted an id.`);
  const model = readSentencePiece(join(folder, SPM));
  return SubwordTokenizer.of(debertaTokenizer(model, config, added as Record<string, number>), config, folder);
}
