/**
 * The exercises and questions of the notebooks, by id: their texts, and what an answer must be. They lie in
 * data/exercises.json, where no answer can be read: a right answer is there as a salted digest, and what is said of a choice
 * is sealed with the choice itself. That keeps answers from the eye, not from somebody who computes them.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { usageError } from "../errors";
import { PROJECT_ROOT } from "../files/places";

/** An exercise that is answered with a value. */
export interface Exercise {
  /** What stands over its verdict. */
  title: string;
  salt?: string;
  /** Of the right answer; missing where many answers are right, and the cell says what must be true of one. */
  digest?: string;
  /** Significant digits that count in a number; default 4. */
  digits?: number;
  /** Shown once an answer was not right. */
  hint: string;
}

/** A question with choices. */
export interface Question {
  question: string;
  salt: string;
  /** Of the letters of all right choices, in their order. */
  digest: string;
  choices: { text: string; sealed: string }[];
}

/** What is sealed with a choice. */
export interface Verdict {
  right: boolean;
  /** Why; shown to those who chose it. */
  explain: string;
}

interface Store {
  exercises: Readonly<Record<string, Exercise>>;
  questions: Readonly<Record<string, Question>>;
}

const FILE = join(PROJECT_ROOT, "data", "exercises.json");
let store: Store | undefined;

function readStore(): Store {
  store ??= JSON.parse(readFileSync(FILE, "utf8")) as Store;
  return store;
}

/** @throws UserError where there is none of that id */
export function exerciseOf(id: string): Exercise {
  return find("check", readStore().exercises, id);
}

/** @throws UserError where there is none of that id */
export function questionOf(id: string): Question {
  return find("quiz", readStore().questions, id);
}

function find<Entry>(caller: string, entries: Readonly<Record<string, Entry>>, id: string): Entry {
  const found = Object.hasOwn(entries, id) ? entries[id] : undefined;
  if (!found)
    throw usageError(`${caller} got "${id}", wanted an id of data/exercises.json: ${Object.keys(entries).join(", ")}.`);
  return found;
}

/**
 * An entry of data/exercises.json for a question, for its author.
 * @throws UserError for fewer than two choices, or none that is right
 */
export function sealQuestion(id: string, question: string, choices: readonly (Verdict & { text: string })[]): Question {
  if (choices.length < 2 || choices.length > 26 || !choices.some(({ right }) => right))
    throw usageError(`question "${id}" got ${choices.length} choices, wanted 2 to 26 with at least one that is right.`);
  const salt = newSalt();
  const letters = choices.flatMap(({ right }, at) => (right ? [letterOf(at)] : []));
  const sealed = choices.map(({ text, right, explain }, at) => ({
    text,
    sealed: seal(keyOf(salt, id, letterOf(at)), JSON.stringify({ right, explain })),
  }));
  return { question, salt, digest: saltedDigest(salt, id, letters.join("")), choices: sealed };
}

/** What is said of a choice. @param at its place, from 0 */
export function openVerdict(id: string, { salt, choices }: Question, at: number): Verdict {
  return JSON.parse(unseal(keyOf(salt, id, letterOf(at)), choices[at].sealed));
}

/** 64 bits of a sha256 over salt, id and text. */
export function saltedDigest(salt: string, id: string, text: string): string {
  return createHash("sha256").update(`${salt}\0${id}\0${text}`).digest("hex").slice(0, 16);
}

/** A secret of nobody's, not a draw of an experiment: it does not come from a seeded stream. */
export function newSalt(): string {
  return randomBytes(8).toString("hex");
}

/** 0 -> "A" */
export const letterOf = (index: number) => String.fromCharCode(65 + index);

function keyOf(salt: string, id: string, letter: string): Buffer {
  return createHash("sha256").update(`choice\0${salt}\0${id}\0${letter}`).digest();
}

/** Each key seals one text, so that the counter may begin at 0. */
const START = Buffer.alloc(16);

function seal(key: Buffer, text: string): string {
  const cipher = createCipheriv("aes-256-ctr", key, START);
  return Buffer.concat([cipher.update(text, "utf8"), cipher.final()]).toString("base64");
}

function unseal(key: Buffer, sealed: string): string {
  const decipher = createDecipheriv("aes-256-ctr", key, START);
  return Buffer.concat([decipher.update(sealed, "base64"), decipher.final()]).toString("utf8");
}
