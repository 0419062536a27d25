/**
 * Repair: errors as errors. Stock tslab prints a failure to stderr as text with lines of compiled code; here it is the
 * protocol's `error` output: name, message, and a short stack with the cell's own lines.
 */
import { relative, sep } from "node:path";
import { inspect } from "node:util";
import type { Diagnostic } from "tslab/dist/converter";
import { PROJECT_ROOT } from "./project";
import { builtLine, cellLine } from "./source-lines";

/** The content of the protocol's `error` message. */
export interface CellFailure {
  ename: string;
  evalue: string;
  traceback: string[];
}

/** Lines of a stack that are shown; the rest is counted. */
const SHOWN_FRAMES = 8;
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
    traceback.push(`${fileName ? `${fileName} ` : ""}line ${start.line + 1}: ${messageText} ${DIM}(TS${code})${PLAIN}`);
    const text = fileName ? undefined : lines[start.line];
    if (text !== undefined) traceback.push(`    ${text}`, `    ${" ".repeat(start.character)}^`);
  }
  return { ename: "TypeScript", evalue: diagnostics[0]?.messageText ?? "", traceback };
}

/** A cell that threw. Anything can be thrown; what is not an Error is shown as Node prints it. */
export function thrownFailure(thrown: unknown, sources: ReadonlyMap<string, string>): CellFailure {
  if (!(thrown instanceof Error)) {
    const text = inspect(thrown);
    return { ename: "Thrown", evalue: text, traceback: [`${RED}Thrown${PLAIN}: ${text}`] };
  }
  const name = thrown.name || thrown.constructor.name;
  const traceback = [`${RED}${name}${PLAIN}: ${thrown.message}`, ...shortStack(thrown, sources)];
  if (thrown.cause !== undefined) {
    const cause = thrownFailure(thrown.cause, sources);
    traceback.push("caused by", ...cause.traceback);
  }
  return { ename: name, evalue: thrown.message, traceback };
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
  const path = relative(PROJECT_ROOT, file.replace(/^file:\/\//, ""));
  if (file.startsWith("node:") || path.startsWith("..") || /(^|[\\/])(tslab|dist[\\/]lib[\\/]kernel)[\\/]/.test(path))
    return undefined;
  const original = builtLine(file, line, column);
  const place = original
    ? `${path.split(sep).slice(1, -1).join("/")}/${original.source.split("/").pop()}:${original.line}`
    : `${path}:${line}`;
  return `    ${DIM}at ${caller ? `${caller} (${place})` : place}${PLAIN}`;
}
