/**
 * The rules of every option of reading and evaluation, in one place: code and command line are held to the same values and are
 * refused in the same words.
 */
import { usageError, warnOnce } from "./errors";

interface NumberRule {
  low: number;
  high: number;
  whole: boolean;
}

const WORDS = 1_000_000;

const RULES = {
  threshold: { low: 0, high: 1, whole: false },
  floor: { low: 0, high: 1, whole: false },
  batchSize: { low: 1, high: 10_000, whole: true },
  labelsAtOnce: { low: 1, high: 1_000_000, whole: true },
  words: { low: 1, high: WORDS, whole: true },
  overlap: { low: 0, high: WORDS, whole: true },
  seed: { low: 0, high: Number.MAX_SAFE_INTEGER, whole: true },
} satisfies Record<string, NumberRule>;

/** Spans whose probability is greater count, where nobody says otherwise; as in Python. */
export const THRESHOLD = 0.5;

/** A number that has a rule. */
export type NumberOption = keyof typeof RULES;

/**
 * @param name as the reader wrote it: `batchSize`, or `--batch-size`
 * @throws UserError where it is no number, or not within its rule
 */
export function checkNumber(option: NumberOption, value: unknown, name: string = option): number {
  const { low, high, whole } = RULES[option];
  if (typeof value === "number" && value >= low && value <= high && (!whole || Number.isInteger(value))) return value;
  throw usageError(`${name} got ${shown(value)}, wanted a ${whole ? "whole " : ""}number from ${low} to ${high}.`);
}

/** @throws UserError where it is another value than true or false, such as "false" */
export function checkSwitch(name: string, value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw usageError(`${name} got ${shown(value)}, wanted true or false.`);
}

/** @throws UserError where it is none of these words */
export function checkWord<Word extends string>(name: string, value: unknown, words: readonly Word[]): Word {
  const known = words.find((word) => word === value);
  if (known !== undefined) return known;
  throw usageError(`${name} got ${shown(value)}, wanted ${words.map((word) => `"${word}"`).join(" or ")}.`);
}

/** A misspelt option (`flat_ner`, `treshold`) would be left out in silence. @throws UserError naming it */
export function checkNames(options: unknown, known: readonly string[], what: string): void {
  if (typeof options !== "object" || options === null || Array.isArray(options))
    throw usageError(`${what} got ${shown(options)} for its options, wanted an object such as { ${known[0]}: ... }.`);
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw usageError(`${what} got the option "${unknown}", wanted one of ${known.join(", ")}.`);
}

/** The labels, de-duplicated in order as Python does, but not in silence. @throws UserError where there is none, or one is blank */
export function checkLabels(labels: unknown, name = "labels"): string[] {
  if (!Array.isArray(labels))
    throw usageError(`${name} got ${shown(labels)}, wanted a list of entity types such as ["person", "city"].`);
  if (labels.length === 0) throw usageError(`${name} is an empty list, wanted at least one entity type.`);
  // Not findIndex: a list may have holes.
  for (let i = 0; i < labels.length; i++)
    if (typeof labels[i] !== "string" || labels[i].trim() === "")
      throw usageError(`label ${i + 1} is ${shown(labels[i])}, wanted the name of a type.`);
  const types = [...new Set(labels as string[])];
  if (types.length < labels.length) warnOnce(`${labels.length - types.length} duplicate labels left out.`);
  return types;
}

/** @throws UserError where it is no text */
export function checkText(text: unknown, name = "the text"): string {
  if (typeof text === "string") return text;
  throw usageError(`${name} is ${shown(text)}, wanted a string.`);
}

/** @throws UserError where it is no list, or something in it is no text */
export function checkTexts(texts: unknown): readonly string[] {
  if (!Array.isArray(texts)) throw usageError(`texts got ${shown(texts)}, wanted a list of strings.`);
  for (let i = 0; i < texts.length; i++) checkText(texts[i], `text ${i + 1}`);
  return texts as string[];
}

/** Texts in words. @throws UserError where a text is no list of strings */
export function checkTokens(tokens: unknown): void {
  const isWords = (text: unknown) => Array.isArray(text) && text.every((word) => typeof word === "string");
  if (!Array.isArray(tokens)) throw usageError(`tokens got ${shown(tokens)}, wanted a list of texts in words.`);
  const wrong = tokens.findIndex((text) => !isWords(text));
  if (wrong >= 0) throw usageError(`text ${wrong + 1} is ${shown(tokens[wrong])}, wanted a list of words.`);
}

/** @throws UserError where there is none, or one is not within 0..1 */
export function checkThresholds(thresholds: unknown): readonly number[] {
  if (!Array.isArray(thresholds) || thresholds.length === 0)
    throw usageError(`thresholds got ${shown(thresholds)}, wanted a list of numbers from 0 to 1.`);
  return thresholds.map((threshold) => checkNumber("threshold", threshold));
}

/** @throws UserError where it is no AbortSignal */
export function checkSignal(signal: unknown): void {
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw usageError(`signal got ${shown(signal)}, wanted the signal of an AbortController.`);
}

/** Somebody's value for a message: short, and its kind where its value would not help. */
function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}...` : value);
  if (Array.isArray(value)) return value.length ? `a list of ${value.length}` : "an empty list";
  if (typeof value === "object" && value !== null) return `a ${value.constructor?.name ?? "bare object"}`;
  return typeof value === "function" ? "a function" : String(value);
}

/** Without the options that are there and undefined: spread over defaults these would hide them. */
export const givenOnly = <Options extends object>(options: Options): Options =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Options;
