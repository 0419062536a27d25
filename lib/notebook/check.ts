/**
 * Exercises that check themselves: a cell ends with `check("name", answer, wanted)` and says whether the answer holds. What
 * is wanted stands in the notebook as a digest or as properties, never as the answer, and the output gives only a hint.
 */
import { createHash } from "node:crypto";
import { UserError, usageError } from "../errors";
import { INK } from "./colours";
import { Display } from "./display";
import { isolated, showable } from "./html";

/** What an answer has to be. One of `digest` and `holds` is enough; with both, both count. */
export interface Wanted<Answer> {
  /** Made by `digestOf` from the right answer, under the same name and `digits`. */
  digest?: string;
  /** Significant digits that count in a number; default 4. */
  digits?: number;
  /** What must be true of it, each with the sentence that a reader sees where it is not. */
  holds?: readonly (readonly [sentence: string, test: (answer: Answer) => boolean])[];
  /** Shown where the answer is not right. */
  hint: string;
}

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
 * @param name the exercise's name; it is part of the digest, so that equal answers of two exercises look different
 * @param answer a value, or a function that computes it (what it throws is reported, not thrown); undefined: not answered
 * @throws UserError where `wanted` has neither digest nor properties; with WORKBOOK_CHECKS=strict (notebooks of solutions)
 *   for an answer that is not right
 */
export function check<Answer>(name: string, answer: Answer | (() => Answer), wanted: Wanted<Answer>): Outcome {
  if (wanted.digest === undefined && !wanted.holds?.length)
    throw usageError(`check "${name}" got neither a digest nor properties, wanted at least one of them.`);
  const faults = judge(name, answer, wanted);
  const passed = faults === undefined ? undefined : faults.length === 0;
  if (!passed && process.env.WORKBOOK_CHECKS === "strict")
    throw new UserError(`the exercise "${name}" ${faults ? `is not right: ${faults.join("; ")}` : "has no answer"}.`);
  if (passed === undefined) return outcome(undefined, name, ["not answered yet: give `check` your answer"]);
  return outcome(passed, name, passed ? [] : [...(faults ?? []), `Hint: ${wanted.hint}`]);
}

/** What is not right; undefined where nothing was answered. */
function judge<Answer>(name: string, answer: Answer | (() => Answer), wanted: Wanted<Answer>): string[] | undefined {
  let value: Answer;
  try {
    value = isFunction(answer) ? answer() : answer;
  } catch (error) {
    return [`your code threw ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`];
  }
  if (value === undefined) return undefined;
  const faults: string[] = [];
  for (const [sentence, test] of wanted.holds ?? []) {
    try {
      if (!test(value)) faults.push(sentence);
    } catch (error) {
      // An answer of another form than the test expects is an answer that does not hold.
      faults.push(
        `${sentence} (the test could not read your answer: ${error instanceof Error ? error.message : error})`,
      );
    }
  }
  if (wanted.digest !== undefined && !digests(name, value, wanted.digits ?? 4).includes(wanted.digest))
    faults.push("the value is not the expected one");
  return faults;
}

function isFunction<Answer>(answer: Answer | (() => Answer)): answer is () => Answer {
  return typeof answer === "function";
}

/**
 * The digest of a right answer, for the author of an exercise: a number, text, truth value, or lists and objects of such;
 * typed arrays count as lists.
 * @throws UserError for a value of another kind
 */
export function digestOf(name: string, answer: unknown, digits = 4): string {
  return hash(name, canonical(answer, digits, Math.round));
}

/** A lone number may lie between two roundings by a hair: both neighbours count. */
function digests(name: string, answer: unknown, digits: number): string[] {
  const roundings = typeof answer === "number" ? [Math.floor, Math.ceil] : [Math.round];
  try {
    return roundings.map((rounding) => hash(name, canonical(answer, digits, rounding)));
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

function hash(name: string, text: string): string {
  return createHash("sha256").update(`${name}\0${text}`).digest("hex").slice(0, 16);
}

function canonical(value: unknown, digits: number, rounding: (value: number) => number): string {
  if (typeof value === "number") return rounded(value, digits, rounding);
  if (typeof value === "string" || typeof value === "boolean" || value === null) return JSON.stringify(value);
  if (ArrayBuffer.isView(value) && "length" in value) return canonical(Array.from(Object(value)), digits, rounding);
  if (Array.isArray(value)) return `[${value.map((part) => canonical(part, digits, rounding)).join()}]`;
  if (typeof value !== "object")
    throw usageError(`digestOf got a ${typeof value}, wanted a number, text, truth value, list or object.`);
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
