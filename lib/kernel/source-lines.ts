/**
 * Cell lines for stacks: what runs is JavaScript made of the cell; its source map is kept here, so that an error names the
 * line the reader sees. Stock tslab names the line of the compiled code.
 */
import { existsSync, readFileSync } from "node:fs";
import { SourceMap } from "node:module";

/** As much of a source map as is asked of it; lines and columns from 0. */
export interface LineMap {
  findEntry(line: number, column: number): object | Place;
}

interface Place {
  originalLine: number;
  originalColumn: number;
}

/** Of one compiled cell. */
export interface SourceLines {
  /** From the code that runs back to the cell, a step each. */
  maps: readonly LineMap[];
  /** Lines that stand before the cell in the text that the map is of. */
  before: number;
}

const cells = new Map<string, SourceLines>();
const localFiles = new Map<string, SourceMap>();
const builtFiles = new Map<string, SourceMap | undefined>();

/** Remembers a cell's lines under the file name its code runs by. */
export function rememberCell(fileName: string, lines: SourceLines): void {
  cells.set(fileName, lines);
}

/** Remembers the map of a file of the reader's own, which was compiled in memory. */
export function rememberFile(file: string, map: SourceMap): void {
  localFiles.set(file, map);
}

/** The line of such a file; undefined for every other. */
export function localLine(file: string, line: number, column: number): number | undefined {
  const entry = localFiles.get(file)?.findEntry(line - 1, column - 1);
  return entry && "originalLine" in entry ? entry.originalLine + 1 : undefined;
}

/**
 * @param line 1-based line of the compiled cell
 * @returns 1-based line of the cell's own text
 */
export function cellLine(fileName: string, line: number, column: number): number | undefined {
  const lines = cells.get(fileName);
  if (!lines) return undefined;
  let at = { line: line - 1, column: column - 1 };
  for (const map of lines.maps) {
    const entry = map.findEntry(at.line, at.column);
    if (!("originalLine" in entry)) return undefined;
    at = { line: entry.originalLine, column: entry.originalColumn };
  }
  const own = at.line + 1 - lines.before;
  return own < 1 ? undefined : own;
}

/** The TypeScript file and line behind a line of a built file, where its map lies beside it. */
export function builtLine(file: string, line: number, column: number): { source: string; line: number } | undefined {
  if (!builtFiles.has(file)) {
    const path = `${file}.map`;
    builtFiles.set(file, existsSync(path) ? parseMap(readFileSync(path, "utf8")) : undefined);
  }
  const entry = builtFiles.get(file)?.findEntry(line - 1, column - 1);
  if (!entry || !("originalLine" in entry)) return undefined;
  return { source: entry.originalSource, line: entry.originalLine + 1 };
}

/** Node's own decoder; its constructor wants the map's fields by their names. */
export function parseMap(json: string): SourceMap {
  return new SourceMap(JSON.parse(json));
}
