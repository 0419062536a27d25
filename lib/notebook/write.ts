/** What a notebook writes into files: whole files or none. */
import { extname } from "node:path";
import { usageError } from "../errors";
import { writeAtomically } from "../files/atomic";
import { type FrameLike, frameRecords, isFrame } from "./table";

/**
 * Writes rows, of plain objects or a danfojs data frame, as CSV (RFC 4180, a header, numbers in full) or as JSON lines;
 * the path's ending, .csv or .jsonl, says which. Columns are those of `table`: in the order of their first appearance.
 * @throws UserError for another ending, or where the file cannot be written
 */
export function writeTable(path: string, rows: readonly object[] | FrameLike): void {
  const records = isFrame(rows) ? frameRecords(rows) : rows.map((row) => new Map<string, unknown>(Object.entries(row)));
  const ending = extname(path);
  if (ending === ".csv") writeAtomically(path, csv(records));
  else if (ending === ".jsonl")
    writeAtomically(path, records.map((record) => `${JSON.stringify(Object.fromEntries(record))}\n`).join(""));
  else throw usageError(`writeTable got the path ${path}, wanted one that ends in .csv or .jsonl.`);
}

function csv(records: readonly ReadonlyMap<string, unknown>[]): string {
  const columns = [...new Set(records.flatMap((record) => [...record.keys()]))];
  const lines = [columns, ...records.map((record) => columns.map((column) => record.get(column)))];
  return lines.map((line) => `${line.map(field).join(",")}\r\n`).join("");
}

function field(value: unknown): string {
  if (value === null || value === undefined) return "";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
