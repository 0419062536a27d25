/**
 * Cell lines for stacks. tslab runs JavaScript made in two steps (TypeScript -> modules -> CommonJS); each step's source
 * map is kept here, so that an error names the line the reader sees. Stock tslab names the line of the compiled code.
 */
import { existsSync, readFileSync } from "node:fs";
import { SourceMap } from "node:module";

const INLINE = /\/\/# sourceMappingURL=data:application\/json;base64,([A-Za-z0-9+/=]+)\s*$/;

/** As much of a source map as is asked of it; lines and columns from 0. */
export interface LineMap {
  findEntry(line: number, column: number): object | Place;
}
interface Place {
  originalLine: number;
  originalColumn: number;
}

/** Maps of one compiled cell, outermost last: CommonJS -> modules -> TypeScript. */
type Maps = readonly LineMap[];

const cells = new Map<string, Maps>();
const builtFiles = new Map<string, SourceMap | undefined>();

/** A base64 source map at the end of a text, and the text without it. */
export function splitInlineMap(text: string): { code: string; map: SourceMap | undefined } {
  const found = INLINE.exec(text);
  if (!found) return { code: text, map: undefined };
  return { code: text.slice(0, found.index), map: parseMap(Buffer.from(found[1], "base64").toString("utf8")) };
}

/** Remembers a cell's maps under the file name its code runs by. */
export function rememberCell(fileName: string, maps: Maps): void {
  cells.set(fileName, maps);
}

/**
 * @param line 1-based line of the compiled cell
 * @returns 1-based line of the cell's own text; tslab puts one line of its own before it
 */
export function cellLine(fileName: string, line: number, column: number): number | undefined {
  const maps = cells.get(fileName);
  if (!maps || maps.length === 0) return undefined;
  let at = { line: line - 1, column: column - 1 };
  for (const map of maps) {
    const entry = map.findEntry(at.line, at.column);
    if (!("originalLine" in entry)) return undefined;
    at = { line: entry.originalLine, column: entry.originalColumn };
  }
  return at.line < 1 ? undefined : at.line;
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
