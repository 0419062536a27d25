/** What a notebook writes into files: whole files or none. */
import { extname } from "node:path";
import { usageError } from "../errors";
import { writeAtomically } from "../files/atomic";
import { type Rows, type RowsLike, rowsOf } from "./tables/rows";

/**
 * Writes rows, of plain objects or a danfojs frame or series, as CSV (RFC 4180, a header, numbers in full) or as JSON
 * lines; the path's ending, .csv or .jsonl, says which. Columns are those of `table`: in the order of their first
 * appearance, a frame's index first unless it is 0, 1, 2, ...
 * @throws UserError for another ending, or where the file cannot be written
 */
export function writeTable(path: string, rows: RowsLike): void {
  const all = rowsOf(rows, "writeTable");
  const ending = extname(path);
  if (ending === ".csv") writeAtomically(path, csv(all));
  else if (ending === ".jsonl") writeAtomically(path, jsonLines(all));
  else throw usageError(`writeTable got the path ${path}, wanted one that ends in .csv or .jsonl.`);
}

function csv({ columns, count, row }: Rows): string {
  const lines = [columns, ...Array.from({ length: count }, (_, at) => row(at))];
  return lines.map((line) => `${line.map(field).join(",")}\r\n`).join("");
}

function jsonLines({ columns, count, row }: Rows): string {
  const line = (at: number): string => {
    const fields = row(at);
    return `${JSON.stringify(Object.fromEntries(columns.map((column, place) => [column, fields[place]])))}\n`;
  };
  return Array.from({ length: count }, (_, at) => line(at)).join("");
}

function field(value: unknown): string {
  if (value === null || value === undefined) return "";
  const text =
    value instanceof Date ? value.toISOString() : typeof value === "object" ? JSON.stringify(value) : String(value);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
