/**
 * tokenizer.json of a stranger: everything that could take time or memory without end, or give a word another's number, is
 * refused before the tokenizer is built.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../errors";
import { isObject, type JsonObject, quote, readJsonObject } from "../files/json-object";

/** An entry of `added_tokens` in tokenizer.json. */
export interface AddedToken {
  id: number;
  content: string;
  single_word: boolean;
  lstrip: boolean;
  rstrip: boolean;
  normalized: boolean;
  special: boolean;
}

export interface TokenizerFile extends JsonObject {
  added_tokens: AddedToken[];
  model: { type: string; vocab: unknown } & JsonObject;
}

/** A sound file, and the largest id of its pieces and added tokens. */
export interface CheckedFile {
  file: TokenizerFile;
  largestId: number;
}

const WHAT = "the tokenizer files of a model folder";

/**
 * What is kept of pieces is far larger than their bytes: Unigram's tree has a node of some 400 bytes a character, so that
 * this much is a gigabyte. The largest vocabularies of BERT and DeBERTa have 500,000 and 250,000 pieces.
 */
const MOST = { bytes: 50_000_000, values: 2_500_000, pieces: 600_000, characters: 2_500_000 };
/** Of normalisers, pre-tokenizers and decoders: BERT has 1, DeBERTa 4. */
const STEPS = 100;
const CONTENT = 32;
const EXPRESSION = 2000;

/** Reads a JSON file that stands beside a tokenizer; {} where it may be absent and is. */
export function readTokenizerJson(folder: string, name: string, optional = false): JsonObject {
  const path = join(folder, name);
  return optional && !existsSync(path) ? {} : readJsonObject(path, WHAT, MOST);
}

/**
 * Checks what tokenizer.json holds.
 * @param where for messages
 * @throws UserError naming what is wrong
 */
export function checkTokenizerFile(file: JsonObject, where: string): CheckedFile {
  const { model, added_tokens: added = [] } = file;
  if (!isObject(model)) throw new UserError(`${where} has no "model"; wanted a Hugging Face fast tokenizer.`);
  const check = CHECKS.get(model.type);
  if (!check)
    throw new UserError(
      `${where} has a model of type ${quote(model.type)}, wanted one of ${[...CHECKS.keys()].join(", ")}.`,
    );
  const pieces = check(model, where);
  if (!Array.isArray(added)) throw new UserError(`${where}: "added_tokens" is not a list.`);
  checkAdded(added, pieces, where);
  for (const key of ["normalizer", "pre_tokenizer", "decoder"]) checkSteps(file[key], `${where}: "${key}"`);
  const checked = { ...file, added_tokens: added, model: model as TokenizerFile["model"] };
  return { file: checked, largestId: largest(pieces.keys()) };
}

/** -1 where there are none. */
function largest(ids: Iterable<number>): number {
  let most = -1;
  for (const id of ids) if (id > most) most = id;
  return most;
}

/** Types of models, and how their pieces are numbered: each returns them by id. */
const CHECKS = new Map<unknown, (model: JsonObject, where: string) => Map<number, string>>([
  ["WordPiece", numbered],
  ["BPE", numbered],
  ["Unigram", listed],
]);

/** WordPiece and BPE: piece -> id. */
function numbered({ vocab }: JsonObject, where: string): Map<number, string> {
  if (!isObject(vocab)) throw new UserError(`${where}: "vocab" is ${quote(vocab)}, wanted an object of ids by piece.`);
  const pieces = Object.entries(vocab);
  checkAmount(pieces.length, 0, where);
  const byId = new Map<number, string>();
  for (const [piece, id] of pieces) {
    checkId(id, piece, where);
    const other = byId.get(id);
    if (other !== undefined)
      throw new UserError(`${where}: the pieces ${quote(other)} and ${quote(piece)} both have the id ${id}.`);
    byId.set(id, piece);
  }
  return byId;
}

/** Unigram: [piece, score] in the order of the ids. */
function listed({ vocab, unk_id }: JsonObject, where: string): Map<number, string> {
  if (!Array.isArray(vocab) || vocab.length === 0)
    throw new UserError(`${where}: "vocab" is ${quote(vocab)}, wanted a list of [piece, score].`);
  const ids = new Map<string, number>();
  let characters = 0;
  (vocab as unknown[]).forEach((entry, id) => {
    const [piece, score] = Array.isArray(entry) ? (entry as unknown[]) : [];
    if (typeof piece !== "string" || typeof score !== "number" || !Number.isFinite(score))
      throw new UserError(`${where}: entry ${id} of "vocab" is ${quote(entry)}, wanted [piece, score].`);
    if (ids.has(piece))
      throw new UserError(`${where}: the piece ${quote(piece)} has the ids ${ids.get(piece)} and ${id}.`);
    ids.set(piece, id);
    characters += piece.length;
  });
  checkAmount(ids.size, characters, where);
  if (unk_id !== null && unk_id !== undefined && !(Number.isSafeInteger(unk_id) && Number(unk_id) in vocab))
    throw new UserError(`${where}: "unk_id" is ${quote(unk_id)}, wanted the id of one of ${vocab.length} pieces.`);
  return new Map(Array.from(ids, ([piece, id]) => [id, piece]));
}

function checkAmount(pieces: number, characters: number, where: string): void {
  if (pieces > MOST.pieces || characters > MOST.characters)
    throw new UserError(
      `${where} has ${pieces} pieces${characters ? ` of ${characters} characters together` : ""}, wanted at most ${MOST.pieces}${characters ? ` of ${MOST.characters}` : ""}.`,
    );
}

/** An id is a place in a list: one that is far out would make the list that long. */
function checkId(id: unknown, piece: string, where: string): asserts id is number {
  if (!(Number.isSafeInteger(id) && Number(id) >= 0 && Number(id) < 2 * MOST.pieces))
    throw new UserError(
      `${where}: the piece ${quote(piece)} has the id ${typeof id === "string" ? `"${id}"` : quote(id)}, wanted a whole number from 0 to ${2 * MOST.pieces - 1}.`,
    );
}

/** An added token may repeat a piece under its own id; it may not take another's. */
function checkAdded(added: readonly unknown[], pieces: Map<number, string>, where: string): void {
  const ids = new Map<string, number>();
  for (const token of added) {
    if (!isObject(token) || typeof token.content !== "string" || token.content === "")
      throw new UserError(`${where} has an added token without a text and an id.`);
    const { content, id } = token;
    checkId(id, content, where);
    const other = pieces.get(id);
    if (other !== undefined && other !== content)
      throw new UserError(`${where}: the added token ${quote(content)} has the id ${id} of ${quote(other)}.`);
    if (ids.has(content) && ids.get(content) !== id)
      throw new UserError(`${where}: the added token ${quote(content)} has the ids ${ids.get(content)} and ${id}.`);
    ids.set(content, id);
    pieces.set(id, content);
  }
}

/** Steps that a word passes: few, and none that makes a word much longer, or never ends. */
function checkSteps(steps: unknown, where: string): void {
  const open = [steps];
  let count = 0;
  while (open.length > 0) {
    const step = open.pop();
    if (typeof step !== "object" || step === null) continue;
    if (isObject(step) && "type" in step && ++count > STEPS)
      throw new UserError(`${where} has more than ${STEPS} steps.`);
    if (isObject(step)) checkStep(step, where);
    open.push(...Object.values(step));
  }
}

function checkStep({ type, content, prepend, Regex: expression, length }: JsonObject, where: string): void {
  for (const text of [content, prepend])
    if (text !== undefined && !(typeof text === "string" && text.length <= CONTENT))
      throw new UserError(`${where} puts ${quote(text)} into words, wanted at most ${CONTENT} characters.`);
  if (expression !== undefined && !(typeof expression === "string" && expression.length <= EXPRESSION))
    throw new UserError(
      `${where} has the regular expression ${quote(expression)}, wanted at most ${EXPRESSION} characters.`,
    );
  if (type === "FixedLength" && !(Number.isSafeInteger(length) && Number(length) >= 1))
    throw new UserError(`${where} cuts words into pieces of ${quote(length)} characters, wanted at least 1.`);
}
