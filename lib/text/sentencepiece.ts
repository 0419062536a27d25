/** Reads a SentencePiece model (spm.model), and converts DeBERTa's to the form of tokenizer.json. */
import { readFileSync } from "node:fs";
import { UserError } from "../errors";
import { fields, type WireValue } from "./protobuf";

/** What a tokenizer needs of a SentencePiece model file (spm.model). */
export interface SentencePieceModel {
  pieces: { piece: string; score: number; type: PieceType }[];
  unkId: number;
  /** The compiled normalisation table; empty: none. */
  charsmap: Uint8Array;
}

/** SentencePiece's own numbers. @see sentencepiece_model.proto, ModelProto.SentencePiece.Type */
export enum PieceType {
  NORMAL = 1,
  UNKNOWN = 2,
  CONTROL = 3,
  USER_DEFINED = 4,
  UNUSED = 5,
  BYTE = 6,
}

/** trainer_spec.model_type */
const UNIGRAM = 1;

/** @throws UserError where the file is no SentencePiece model, or one of another kind than unigram */
export function readSentencePiece(path: string): SentencePieceModel {
  const model: SentencePieceModel = { pieces: [], unkId: 0, charsmap: new Uint8Array() };
  let kind = UNIGRAM;
  try {
    for (const [field, value] of fields(readFileSync(path))) {
      if (field === 1) model.pieces.push(readPiece(bytesOf(value)));
      if (field === 2)
        for (const [name, part] of fields(bytesOf(value))) {
          if (name === 3) kind = numberOf(part);
          if (name === 40) model.unkId = numberOf(part);
        }
      if (field === 3)
        for (const [name, part] of fields(bytesOf(value))) if (name === 2) model.charsmap = bytesOf(part);
    }
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    throw new UserError(`${path} is not a SentencePiece model (${error.message}).`);
  }
  if (model.pieces.length === 0) throw new UserError(`${path} is not a SentencePiece model: it has no pieces.`);
  if (kind !== UNIGRAM) throw new UserError(`${path} is a SentencePiece model of type ${kind}, wanted 1 (unigram).`);
  return model;
}

function readPiece(bytes: Uint8Array): SentencePieceModel["pieces"][number] {
  const found = { piece: "", score: 0, type: PieceType.NORMAL };
  for (const [field, value] of fields(bytes)) {
    if (field === 1) found.piece = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytesOf(value));
    if (field === 2) found.score = Buffer.from(bytesOf(value)).readFloatLE();
    if (field === 3) found.type = numberOf(value);
  }
  return found;
}

function bytesOf(value: WireValue): Uint8Array {
  if (!("bytes" in value)) throw new RangeError("a number where text or a part was due");
  return value.bytes;
}

function numberOf(value: WireValue): number {
  if (!("number" in value)) throw new RangeError("a text where a number was due");
  return Number(value.number);
}

/** DeBERTa's special tokens, where a repository's tokenizer_config.json does not name them. */
export const DEBERTA_TOKENS = {
  bos_token: "[CLS]",
  cls_token: "[CLS]",
  eos_token: "[SEP]",
  sep_token: "[SEP]",
  unk_token: "[UNK]",
  pad_token: "[PAD]",
  mask_token: "[MASK]",
} as const;

/**
 * The tokenizer.json that transformers makes of a DeBERTa's spm.model.
 * @param config tokenizer_config.json: `do_lower_case`, `split_by_punct`
 * @param added tokens that the repository adds to the pieces (added_tokens.json), by id
 * @see transformers, convert_slow_tokenizer.py, DebertaV2Converter
 */
export function debertaTokenizer(
  model: SentencePieceModel,
  config: Readonly<Record<string, unknown>>,
  added: Readonly<Record<string, number>>,
): Record<string, unknown> {
  const vocab = model.pieces.map(({ piece, score }) => [piece, score]);
  const { mask_token: mask } = DEBERTA_TOKENS;
  const masked = mask in added || model.pieces.some(({ piece }) => piece === mask);
  const later = Object.entries(masked ? added : { ...added, [mask]: vocab.length }).sort(([, a], [, b]) => a - b);
  const special = new Set(Object.values(DEBERTA_TOKENS) as string[]);
  const known = model.pieces.flatMap(({ piece, type }, id): [string, number][] =>
    type === PieceType.CONTROL || type === PieceType.USER_DEFINED || special.has(piece) ? [[piece, id]] : [],
  );
  const entry = ([content, id]: [string, number]) => ({
    ...{
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: content === DEBERTA_TOKENS.unk_token,
    },
    special: special.has(content) || model.pieces[id]?.type !== PieceType.USER_DEFINED,
  });
  const metaspace = { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true };
  const charsmap = Buffer.from(model.charsmap).toString("base64");
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [...known, ...later].map(entry),
    normalizer: sequence("normalizers", [
      config.do_lower_case === true && { type: "Lowercase" },
      { type: "Strip", strip_left: true, strip_right: true },
      charsmap !== "" && { type: "Precompiled", precompiled_charsmap: charsmap },
      { type: "Replace", pattern: { Regex: " {2,}" }, content: " " },
    ]),
    pre_tokenizer: sequence("pretokenizers", [
      config.split_by_punct === true && { type: "Punctuation", behavior: "Isolated" },
      metaspace,
    ]),
    post_processor: clsAndSep(model),
    decoder: metaspace,
    model: { type: "Unigram", unk_id: model.unkId, vocab, byte_fallback: false },
  };
}

const sequence = (key: string, parts: readonly (object | false)[]) => ({
  type: "Sequence",
  [key]: parts.filter(Boolean),
});

/** "[CLS] A [SEP]", and with a second text "[CLS] A [SEP] B [SEP]". */
function clsAndSep({ pieces }: SentencePieceModel): object {
  const token = (id: string, type_id: number) => ({ SpecialToken: { id, type_id } });
  const text = (id: string, type_id: number) => ({ Sequence: { id, type_id } });
  const { cls_token: cls, sep_token: sep } = DEBERTA_TOKENS;
  const single = [token(cls, 0), text("A", 0), token(sep, 0)];
  const ids = (content: string) => [pieces.findIndex(({ piece }) => piece === content)];
  return {
    type: "TemplateProcessing",
    single,
    pair: [...single, text("B", 1), token(sep, 1)],
    special_tokens: Object.fromEntries([cls, sep].map((id) => [id, { id, ids: ids(id), tokens: [id] }])),
  };
}
