/**
 * Repair: the stacks of errors, wherever they are printed: `console.log(error)`, `console.trace`, an error as a result. Their
 * frames are the cells' own lines, the library's and the packages'; Node's, tslab's and the kernel's are left out.
 */
import { basename, relative, sep } from "node:path";
import { PROJECT_ROOT } from "./project";
import { builtLine, cellLine, localLine } from "./source-lines";

/** The text of each cell by the name its code runs under. */
export type Sources = ReadonlyMap<string, string>;

/** Frames that V8 keeps of an error; its own 10 are often all the library's, with the cell's line lost behind them. */
const KEPT_FRAMES = 40;

/** Where a function stood when an error was made. */
export interface Frame {
  caller: string | undefined;
  file: string;
  line: number;
  column: number;
}

/** One line of a stack. */
export interface ShownFrame {
  text: string;
  ofCell: boolean;
}

/** Makes every stack of this process readable; one that touches no cell keeps Node's form. */
export function readableStacks(sources: Sources): void {
  Error.stackTraceLimit = KEPT_FRAMES;
  Error.prepareStackTrace = (error, sites) => {
    const shown = sites.flatMap((site) => showFrame(frameOf(site), sources) ?? []);
    const lines = shown.some(({ ofCell }) => ofCell)
      ? shown.map(({ text }) => text)
      : sites.map((site) => `    at ${site}`);
    return [headline(error), ...withoutRepeats(lines)].join("\n");
  };
}

/** @returns undefined for a frame of Node's, tslab's or the kernel's */
export function showFrame({ caller, file, line, column }: Frame, sources: Sources): ShownFrame | undefined {
  const source = sources.get(file);
  if (source !== undefined) {
    const at = cellLine(file, line, column) ?? line;
    return { text: `    at ${file}, line ${at}:  ${source.split("\n")[at - 1]?.trim() ?? ""}`, ofCell: true };
  }
  const local = localLine(file, line, column);
  if (local !== undefined) return { text: `    at ${placed(caller, `${basename(file)}:${local}`)}`, ofCell: false };
  const path = relative(PROJECT_ROOT, file.replace(/^file:\/\//, ""));
  if (file === "" || file.startsWith("node:") || path.startsWith("..") || OWN.test(path)) return undefined;
  const original = builtLine(file, line, column);
  const place = original
    ? `${path.split(sep).slice(1, -1).join("/")}/${original.source.split("/").pop()}:${original.line}`
    : `${path}:${line}`;
  return { text: `    at ${placed(caller, place)}`, ofCell: false };
}

const placed = (caller: string | undefined, place: string): string => (caller ? `${caller} (${place})` : place);

const OWN = /(^|[\\/])(tslab|dist[\\/]lib[\\/]kernel)[\\/]/;

/** A line of a stack that was made readable already, or is Node's. */
export function readLine(line: string, sources: Sources): ShownFrame | undefined {
  if (/^ {4}at cell \[\d+\], line \d+:/.test(line)) return { text: line, ofCell: true };
  const raw = /^\s+at (?:(.*) \()?(.*?):(\d+):(\d+)\)?$/.exec(line);
  if (raw) return showFrame({ caller: raw[1], file: raw[2], line: Number(raw[3]), column: Number(raw[4]) }, sources);
  return /^ {4}at .*:\d+\)?$/.test(line) ? { text: line, ofCell: false } : undefined;
}

/** The call of the cell's wrapper stands on the line of the frame before it. */
export function withoutRepeats(lines: readonly string[]): string[] {
  return lines.filter((line, at) => line !== lines[at - 1]);
}

function frameOf(site: NodeJS.CallSite): Frame {
  const caller = site.getFunctionName() ?? undefined;
  const [line, column] = [site.getLineNumber() ?? 0, site.getColumnNumber() ?? 0];
  return { caller, file: site.getFileName() ?? "", line, column };
}

/** As V8 begins a stack; what fails to be written as text must not hide that it was thrown. */
function headline(error: unknown): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return "an error that cannot be printed";
  }
}
