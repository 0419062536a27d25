/**
 * Repair: errors as errors. Stock tslab prints a failure to stderr as text with lines of compiled code; here it is the
 * protocol's `error` output: name, message, and a short stack with the cell's own lines.
 */
import { inspect } from "node:util";
import type { Diagnostic } from "tslab/dist/converter";
import { hintsFor } from "./hints";
import { readLine, type Sources, withoutRepeats } from "./stacks";

/** The content of the protocol's `error` message. */
export interface CellFailure {
  ename: string;
  evalue: string;
  traceback: string[];
}

/** Lines of a stack that are shown; the rest is counted. */
const SHOWN_FRAMES = 8;
/** Characters of a message that are shown. */
const LONGEST = 10_000;
const RED = "\u001b[1;31m";
const DIM = "\u001b[2m";
const PLAIN = "\u001b[0m";

const NOT_AWAITED = "Nobody waited for a promise that failed: `await` it, or `await Promise.all(list.map(async …))`.";
const IN_CALLBACK = "A callback threw, e.g. a timer's, where the cell could not catch it.";

/** The name under which a cell's code runs, as it stands in stacks. */
export function cellName(count: number): string {
  return `cell [${count}]`;
}

/** A cell that does not compile: each message with the line it is about and a caret under the place. */
export function compileFailure(diagnostics: readonly Diagnostic[], source: string): CellFailure {
  const lines = source.split("\n");
  const traceback = [`${RED}TypeScript${PLAIN}: the cell was not run`];
  for (const { start, messageText, fileName, code } of diagnostics) {
    // tslab puts a line after the cell: what is missing at its end is missing in the cell's last one.
    const beyond = !fileName && start.line >= lines.length;
    const line = beyond ? lines.length - 1 : start.line;
    traceback.push(`${fileName ? `${fileName} ` : ""}line ${line + 1}: ${messageText} ${DIM}(TS${code})${PLAIN}`);
    const text = fileName ? undefined : lines[line];
    const place = beyond ? lines[line].length : start.character;
    if (text !== undefined) traceback.push(`    ${text}`, `    ${" ".repeat(place)}^`);
  }
  const faulty = diagnostics.flatMap(({ fileName, start }) => (fileName ? [] : (lines[start.line] ?? [])));
  traceback.push(...hintsFor(faulty));
  return { ename: "TypeScript", evalue: diagnostics[0]?.messageText ?? "", traceback };
}

/**
 * A cell that threw. Anything can be thrown; what is not an Error is shown as Node prints it.
 * @param sources the text of each cell by the name its code runs under
 * @param outer what was thrown around this, where it is a cause: a chain that comes back to itself ends there
 */
export function thrownFailure(thrown: unknown, sources: Sources, outer: readonly unknown[] = []): CellFailure {
  if (!(thrown instanceof Error)) {
    const text = shorten(printed(thrown));
    return { ename: "Thrown", evalue: text, traceback: [`${RED}Thrown${PLAIN}: ${text}`] };
  }
  const name = nameOf(thrown);
  const message = shorten(String(thrown.message));
  const traceback = [`${RED}${name}${PLAIN}: ${message}`, ...shortStack(thrown, sources)];
  const chain = [...outer, thrown];
  const inner = (title: string, error: unknown): void => {
    if (!chain.includes(error)) traceback.push(title, ...thrownFailure(error, sources, chain).traceback);
  };
  if (thrown instanceof AggregateError)
    for (const [at, error] of thrown.errors.slice(0, SHOWN_FRAMES).entries())
      inner(`${at + 1} of ${thrown.errors.length}`, error);
  if (thrown.cause !== undefined) inner("caused by", thrown.cause);
  return { ename: name, evalue: message, traceback };
}

/**
 * What was thrown where nobody could catch it, as the cell's failure; together with what the cell itself failed by.
 * @param unheard what was thrown, by the promise that was rejected, or by itself where a callback threw
 */
export function withUnheard(
  own: CellFailure | undefined,
  unheard: ReadonlyMap<unknown, unknown>,
  sources: Sources,
): CellFailure | undefined {
  if (unheard.size === 0) return own;
  const failures = [...unheard.values()].map((thrown) => thrownFailure(thrown, sources));
  const shown = failures.slice(0, SHOWN_FRAMES).flatMap(({ traceback }, at) => {
    const title = failures.length > 1 || own ? [`${at + 1} of ${failures.length} that nobody could catch`] : [];
    return [...title, ...traceback];
  });
  const hidden = failures.length - SHOWN_FRAMES;
  if (hidden > 0) shown.push(`${DIM}… ${hidden} more${PLAIN}`);
  if (own) return { ...own, traceback: [...own.traceback, ...shown] };
  const promises = [...unheard.keys()].some((key) => key instanceof Promise);
  const traceback = [...shown, `${DIM}${promises ? NOT_AWAITED : IN_CALLBACK}${PLAIN}`];
  if (failures.length === 1) return { ...failures[0], traceback };
  const messages = failures.map(({ ename, evalue }) => `${ename}: ${evalue}`);
  return { ename: "AggregateError", evalue: `${failures.length} failed: ${shorten(messages.join("; "))}`, traceback };
}

/** A class that extends Error and says nothing more inherits the name "Error"; its own says what it is. */
function nameOf(error: Error): string {
  return error.name && error.name !== "Error" ? error.name : error.constructor?.name || "Error";
}

/** As Node prints it; a value that fails to be printed must not hide that it was thrown. */
function printed(value: unknown): string {
  try {
    return inspect(value);
  } catch (error) {
    return `a value that cannot be printed (${error instanceof Error ? error.message : typeof error})`;
  }
}

/** A message that holds a whole file or tensor would bury the notebook. */
function shorten(text: string): string {
  const rest = text.length - LONGEST;
  return rest > 0 ? `${text.slice(0, LONGEST)}… (${rest} more characters)` : text;
}

/** The frames of cells, of the library and of packages, without Node's and the kernel's own. */
function shortStack(error: Error, sources: Sources): string[] {
  const shown = String(error.stack ?? "")
    .split("\n")
    .flatMap((line) => readLine(line, sources) ?? []);
  const frames = withoutRepeats(shown.map(({ text, ofCell }) => (ofCell ? text : `    ${DIM}${text.trim()}${PLAIN}`)));
  const hidden = frames.length - SHOWN_FRAMES;
  return hidden > 0 ? [...frames.slice(0, SHOWN_FRAMES), `    ${DIM}… ${hidden} more${PLAIN}`] : frames;
}
