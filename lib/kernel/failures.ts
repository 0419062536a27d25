/**
 * Repair: errors as errors. Stock tslab prints a failure to stderr as text with lines of compiled code; here it is the
 * protocol's `error` output: name, message, and a short stack with the cell's own lines.
 */
import { basename, relative, sep } from "node:path";
import { inspect } from "node:util";
import type { Diagnostic } from "tslab/dist/converter";
import { PROJECT_ROOT } from "./project";
import { builtLine, cellLine, localLine } from "./source-lines";

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
  return { ename: "TypeScript", evalue: diagnostics[0]?.messageText ?? "", traceback };
}

/**
 * A cell that threw. Anything can be thrown; what is not an Error is shown as Node prints it.
 * @param sources the text of each cell by the name its code runs under
 * @param outer what was thrown around this, where it is a cause: a chain that comes back to itself ends there
 */
export function thrownFailure(
  thrown: unknown,
  sources: ReadonlyMap<string, string>,
  outer: readonly unknown[] = [],
): CellFailure {
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
function shortStack(error: Error, sources: ReadonlyMap<string, string>): string[] {
  const frames: string[] = [];
  for (const line of (error.stack ?? "").split("\n")) {
    const frame = /^\s+at (?:(.*) \()?(.*?):(\d+):(\d+)\)?$/.exec(line);
    const shown = frame && showFrame(frame[1], frame[2], Number(frame[3]), Number(frame[4]), sources);
    // The call of the cell's wrapper stands on the line of the frame before it.
    if (shown && shown !== frames[frames.length - 1]) frames.push(shown);
  }
  const hidden = frames.length - SHOWN_FRAMES;
  return hidden > 0 ? [...frames.slice(0, SHOWN_FRAMES), `    ${DIM}… ${hidden} more${PLAIN}`] : frames;
}

function showFrame(
  caller: string | undefined,
  file: string,
  line: number,
  column: number,
  sources: ReadonlyMap<string, string>,
): string | undefined {
  const source = sources.get(file);
  if (source !== undefined) {
    const at = cellLine(file, line, column) ?? line;
    return `    at ${file}, line ${at}:  ${source.split("\n")[at - 1]?.trim() ?? ""}`;
  }
  const local = localLine(file, line, column);
  if (local !== undefined)
    return `    ${DIM}at ${caller ? `${caller} (${basename(file)}:${local})` : `${basename(file)}:${local}`}${PLAIN}`;
  const path = relative(PROJECT_ROOT, file.replace(/^file:\/\//, ""));
  if (file.startsWith("node:") || path.startsWith("..") || /(^|[\\/])(tslab|dist[\\/]lib[\\/]kernel)[\\/]/.test(path))
    return undefined;
  const original = builtLine(file, line, column);
  const place = original
    ? `${path.split(sep).slice(1, -1).join("/")}/${original.source.split("/").pop()}:${original.line}`
    : `${path}:${line}`;
  return `    ${DIM}at ${caller ? `${caller} (${place})` : place}${PLAIN}`;
}
