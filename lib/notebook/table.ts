/** Rows as a table: of plain objects, or of a danfojs data frame (its own printing is text with a fixed width). */
import { usageError } from "../errors";
import { Display } from "./display";
import { escapeHtml, isolated, readableNumber, shortened, showable } from "./html";

/** What is read of a danfojs DataFrame; by its form, so that no other package is loaded for it. */
export interface FrameLike {
  columns: readonly unknown[];
  index: readonly (string | number)[];
  values: readonly unknown[];
  shape: readonly number[];
}

export interface TableOptions {
  title?: string;
  /** Columns to show, in this order; default: all, in the order of their first appearance. */
  columns?: readonly string[];
  /** Rows shown before the rest is only counted; default 50. */
  limit?: number;
}

/** Longest text of a cell (characters). */
const CELL = 200;

/** True for a danfojs DataFrame. */
export function isFrame(value: unknown): value is FrameLike {
  if (typeof value !== "object" || value === null) return false;
  const named = ["columns", "index", "values", "shape", "$config"].every((name) => name in value);
  return named && "shape" in value && Array.isArray(value.shape) && value.shape.length === 2;
}

/**
 * Shows rows as a table (HTML, plain text). Numbers are right-aligned and shortened to 4 significant digits.
 * @throws UserError where `columns` names one that no row has
 */
export function table(rows: readonly object[] | FrameLike, options: TableOptions = {}): Display {
  const frame = isFrame(rows);
  const records = frame ? frameRecords(rows) : rows.map((row) => new Map<string, unknown>(Object.entries(row)));
  const known = frame ? rows.columns.map(String) : [...new Set(records.flatMap((row) => [...row.keys()]))];
  const columns = options.columns ?? known;
  for (const column of columns)
    if (!known.includes(column))
      throw usageError(`table got the column "${column}", wanted one of ${known.join(", ")}.`);
  const shown = records.slice(0, options.limit ?? 50);
  const cells = shown.map((row) => columns.map((column) => row.get(column)));
  const more = records.length - shown.length;
  const note = more > 0 ? `… ${more} more of ${records.length} rows` : "";
  return new Display({
    "text/html": htmlTable(columns, cells, options.title, note),
    "text/plain": plainTable(columns, cells, options.title, note),
  });
}

/** The rows of a frame, each by its columns. */
export function frameRecords(frame: FrameLike): Map<string, unknown>[] {
  return frame.values.map((row) => {
    const cells: unknown[] = Array.isArray(row) ? row : [row];
    return new Map(frame.columns.map((column, at) => [String(column), cells[at]]));
  });
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return readableNumber(value);
  return shortened(typeof value === "object" ? JSON.stringify(value) : String(value), CELL);
}

function htmlTable(
  columns: readonly string[],
  cells: readonly unknown[][],
  title: string | undefined,
  note: string,
): string {
  const heading = title ? `<div><b>${isolated(title)}</b></div>` : "";
  const head = columns
    .map((column) => `<th style="text-align:left">${isolated(shortened(column, CELL))}</th>`)
    .join("");
  const body = cells.map((row) => `<tr>${row.map(htmlCell).join("")}</tr>`).join("\n");
  const foot = note ? `<p>${escapeHtml(note)}</p>` : "";
  return `${heading}<table><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table>${foot}`;
}

function htmlCell(value: unknown): string {
  const align = typeof value === "number" ? "right" : "left";
  return `<td style="text-align:${align}">${isolated(cellText(value))}</td>`;
}

function plainTable(
  columns: readonly string[],
  cells: readonly unknown[][],
  title: string | undefined,
  note: string,
): string {
  const rows = [columns.map(cellText), ...cells.map((row) => row.map(cellText))].map((row) =>
    row.map((cell) => showable(cell).replaceAll("\n", " ")),
  );
  const widths = columns.map((_, at) => Math.max(...rows.map((row) => row[at].length)));
  const numeric = columns.map((_, at) => cells.length > 0 && cells.every((row) => typeof row[at] === "number"));
  const lines = rows.map((row) =>
    row
      .map((cell, at) => (numeric[at] ? cell.padStart(widths[at]) : cell.padEnd(widths[at])))
      .join("  ")
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((width) => "-".repeat(width)).join("  "));
  return [...(title ? [showable(title)] : []), ...lines, ...(note ? [note] : [])].join("\n");
}
