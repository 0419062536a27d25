/** Compiler messages as tslab's handler and failures.ts take them: with the place in the cell. */

import type { Diagnostic, DiagnosticPos } from "tslab/dist/converter";
import type * as TypeScript from "typescript";
import { compiler } from "./typescript";

/**
 * Messages that are no fault in a cell: 2742, a type that can only be named by a path on this disk, as in a notebook that
 * lies outside the project.
 */
export const HARMLESS: ReadonlySet<number> = new Set([2742]);

/** Messages that no rules of strictness change: a name or a module that nobody knows, the same name twice. */
export const UNKNOWN: ReadonlySet<number> = new Set([2304, 2305, 2307, 2451, 2552, 2580, 2588]);

/** @param start where the cell begins in the file */
export function diagnosis(fault: TypeScript.Diagnostic, file: TypeScript.SourceFile, start: number): Diagnostic {
  const from = fault.start ?? start;
  return {
    start: place(file, from, start),
    end: place(file, from + (fault.length ?? 0), start),
    messageText: compiler.flattenDiagnosticMessageText(fault.messageText, "\n"),
    category: fault.category,
    code: fault.code,
  };
}

function place(file: TypeScript.SourceFile, offset: number, start: number): DiagnosticPos {
  const { line, character } = file.getLineAndCharacterOfPosition(offset);
  return { offset: offset - start, line: line - file.getLineAndCharacterOfPosition(start).line, character };
}
