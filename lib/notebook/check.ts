/**
 * Exercises that check themselves: a cell ends with `check("lstm-parameters", answer)` and says whether the answer holds. What
 * is wanted lies in data/exercises.json as a salted digest; the output gives only a hint, once an answer was not right.
 */
import { UserError, usageError } from "../errors";
import { INK } from "./colours";
import { Display } from "./display";
import { type Exercise, exerciseOf, newSalt, saltedDigest } from "./exercises";
import { isolated, showable } from "./html";

/** The outcome of `check` and of `quiz`: a display that can be asked. */
export class Outcome extends Display {
  constructor(
    bundle: Display["bundle"],
    /** undefined: not answered yet. */
    readonly passed: boolean | undefined,
  ) {
    super(bundle);
  }
}

/**
 * Checks an answer and shows the outcome.
 * @param id of data/exercises.json
 * @param answer a value, or a function that computes it (what it throws is reported, not thrown); undefined: not answered
 * @param holds what must be true of it, each with the sentence that a reader sees where it is not; for exercises with many answers
 * @throws UserError for an unknown id; with WORKBOOK_CHECKS=strict (notebooks of solutions) for an answer that is not right
 */
export function check<Answer = unknown>(
  id: string,
  answer?: Answer | (() => Answer),
  holds: readonly Property<Answer>[] = [],
): Outcome {
  return checkOf(id, exerciseOf(id), answer, holds);
}

/** What must be true of an answer, and what is said where it is not. */
export type Property<Answer> = readonly [sentence: string, test: (answer: Answer) => boolean];

/** The same for an exercise that is at hand. */
export function checkOf<Answer>(
  id: string,
  exercise: Exercise,
  answer: Answer | (() => Answer) | undefined,
  holds: readonly Property<Answer>[] = [],
): Outcome {
  if (exercise.digest === undefined && holds.length === 0)
    throw usageError(`check "${id}" has no digest on file, wanted what must be true of an answer as a third argument.`);
  const faults = judge(id, exercise, answer, holds);
  const passed = faults === undefined ? undefined : faults.length === 0;
  if (!passed && process.env.WORKBOOK_CHECKS === "strict")
    throw new UserError(`the exercise "${id}" ${faults ? `is not right: ${faults.join("; ")}` : "has no answer"}.`);
  if (passed === undefined) return outcome(undefined, exercise.title, ["not answered yet: give `check` your answer"]);
  return outcome(passed, exercise.title, passed ? [] : [...(faults ?? []), `Hint: ${exercise.hint}`]);
}

/** What is not right of an answer; undefined where nothing was answered. */
export function judge<Answer>(
  id: string,
  { salt = "", digest, digits = 4 }: Exercise,
  answer: Answer | (() => Answer) | undefined,
  holds: readonly Property<Answer>[] = [],
): string[] | undefined {
  let value: Answer | undefined;
  try {
    value = isFunction(answer) ? answer() : answer;
  } catch (error) {
    return [`your code threw ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`];
  }
  if (value === undefined) return undefined;
  const faults = brokenProperties(value, holds);
  const wrong = digest !== undefined && !digests(salt, id, value, digits).includes(digest);
  return wrong ? [...faults, "the value is not the expected one"] : faults;
}

function brokenProperties<Answer>(value: Answer, holds: readonly Property<Answer>[]): string[] {
  return holds.flatMap(([sentence, test]) => {
    try {
      return test(value) ? [] : [sentence];
    } catch (error) {
      // An answer of another form than the test expects is an answer that does not hold.
      return [`${sentence} (the test could not read your answer: ${error instanceof Error ? error.message : error})`];
    }
  });
}

function isFunction<Answer>(answer: Answer | (() => Answer)): answer is () => Answer {
  return typeof answer === "function";
}

/**
 * An entry of data/exercises.json, for the author of an exercise.
 * @param answer the right one: a number, text, truth value, or lists and objects of such; typed arrays count as lists
 * @throws UserError for a value of another kind
 */
export function sealExercise(
  id: string,
  answer: unknown,
  { title = id.replaceAll("-", " "), digits, hint }: { title?: string; digits?: number; hint: string },
): Exercise {
  const salt = newSalt();
  const digest = saltedDigest(salt, id, canonical(answer, digits ?? 4, Math.round));
  return { title, salt, digest, ...(digits === undefined ? {} : { digits }), hint };
}

/** A lone number may lie between two roundings by a hair: both neighbours count. */
function digests(salt: string, id: string, answer: unknown, digits: number): string[] {
  const roundings = typeof answer === "number" ? [Math.floor, Math.ceil] : [Math.round];
  try {
    return roundings.map((rounding) => saltedDigest(salt, id, canonical(answer, digits, rounding)));
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

function canonical(value: unknown, digits: number, rounding: (value: number) => number): string {
  if (typeof value === "number") return rounded(value, digits, rounding);
  if (typeof value === "string" || typeof value === "boolean" || value === null) return JSON.stringify(value);
  if (ArrayBuffer.isView(value) && "length" in value) return canonical(Array.from(Object(value)), digits, rounding);
  if (Array.isArray(value)) return `[${value.map((part) => canonical(part, digits, rounding)).join()}]`;
  if (typeof value !== "object")
    throw usageError(`an answer is a ${typeof value}, wanted a number, text, truth value, list or object.`);
  const entries = Object.entries(value ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, part]) => `${JSON.stringify(key)}:${canonical(part, digits, rounding)}`).join()}}`;
}

/** value * 10^power through text: 0.1 * 1e3 has no exact value in binary. */
function scaled(value: number, power: number): number {
  const [mantissa, exponent] = value.toExponential(14).split("e");
  return Number(`${mantissa}e${Number(exponent) + power}`);
}

/** In one form for all who mean the same number: whole numbers exactly, others to `digits`, without zeros at the end. */
function rounded(value: number, digits: number, rounding: (value: number) => number): string {
  if (!Number.isFinite(value) || value === 0) return String(value + 0);
  let exponent = Number.isInteger(value) ? 0 : Math.floor(Math.log10(Math.abs(value))) - digits + 1;
  let whole = Number.isInteger(value) ? value : rounding(scaled(value, -exponent));
  for (; whole !== 0 && whole % 10 === 0; whole /= 10) exponent++;
  return `${whole}e${exponent}`;
}

const LOOKS = {
  right: { sign: "✓ right", edge: "#009e73", tint: "#c9ece0" },
  wrong: { sign: "✗ not yet", edge: "#d55e00", tint: "#fbdcc7" },
  open: { sign: "… open", edge: "#555555", tint: "#e2e2e2" },
} as const;

/** A verdict with its lines, as `check` and `quiz` show it. */
export function outcome(passed: boolean | undefined, name: string, lines: readonly string[]): Outcome {
  const { sign, edge, tint } = LOOKS[passed === undefined ? "open" : passed ? "right" : "wrong"];
  const style = `background-color:${tint};color:${INK};border-left:6px solid ${edge};padding:6px 10px;margin:4px 0`;
  const items = lines.map((line) => `<div>${isolated(line)}</div>`).join("");
  const html = `<div style="${style}"><b>${sign}</b> · ${isolated(name)}${items}</div>`;
  const plain = [`${sign} · ${name}`, ...lines.map((line) => `  ${line}`)].map(showable).join("\n");
  return new Outcome({ "text/html": html, "text/plain": plain }, passed);
}
