/** Rows as a table: of plain objects, of simple values, or of a danfojs frame or series (whose own printing is text of a fixed width). */
import { usageError } from "../errors";
import { Display } from "./display";
import { escapeHtml, isolated, shortened, showable } from "./html";
import { brief } from "./tables/brief";
import { INDEX, type Rows, type RowsLike, rowsOf } from "./tables/rows";

/** How a table is shown. */
export interface TableOptions {
  title?: string;
  /** Columns to show, in this order; default: all, in the order of their first appearance. */
  columns?: readonly string[];
  /** Shows this many rows from the first on; the rest is counted. Default: up to 50 rows whole, of more the first and last 25. */
  limit?: number;
}

/** Longest text of a cell (characters). */
const CELL = 200;
/** Rows that are shown whole, and how many from either end of a longer table. */
const WHOLE = 50;
const END = 25;

/**
 * Shows rows as a table (HTML, plain text). A frame's index is its first column, unless it is 0, 1, 2, ... Numbers are
 * right-aligned, with all their whole digits and up to 4 decimals (below 1: 4 significant digits); the whole number
 * is the field's tooltip. `null` is written; what a row lacks is empty.
 * @throws UserError where `columns` names one that no row has, or for anything else than rows
 */
export function table(rows: RowsLike, options: TableOptions = {}): Display {
  const all = rowsOf(rows, "table");
  const columns = pick(all, options.columns);
  const places = columns.map((column) => all.columns.indexOf(column));
  const { shown, gap, note } = choose(all.count, options.limit);
  const read = (at: number): unknown[] => {
    const fields = all.row(at);
    return options.columns ? places.map((place) => fields[place]) : fields;
  };
  const cells = shown.map(read);
  const content: Content = { columns, cells, gap, title: options.title, note };
  return new Display({ "text/html": htmlTable(content), "text/plain": plainTable(content) });
}

interface Content {
  columns: readonly string[];
  cells: readonly unknown[][];
  /** The row of `cells` before which some were left out; -1 for none. */
  gap: number;
  title: string | undefined;
  note: string;
}

function pick({ columns: known }: Rows, wanted: readonly string[] | undefined): readonly string[] {
  for (const column of wanted ?? [])
    if (!known.includes(column))
      throw usageError(`table got the column "${column}", wanted one of ${known.join(", ")}.`);
  if (wanted === undefined || !known.includes(INDEX) || wanted.includes(INDEX)) return wanted ?? known;
  return known[0] === INDEX ? [INDEX, ...wanted] : wanted;
}

function choose(count: number, limit: number | undefined): { shown: number[]; gap: number; note: string } {
  const places = Array.from({ length: count }, (_, at) => at);
  if (limit !== undefined) {
    const more = count - limit;
    return { shown: places.slice(0, limit), gap: -1, note: more > 0 ? `… ${more} more of ${count} rows` : "" };
  }
  if (count <= WHOLE) return { shown: places, gap: -1, note: "" };
  const shown = [...places.slice(0, END), ...places.slice(-END)];
  return { shown, gap: END, note: `${count} rows, of which the first and the last ${END} are shown` };
}

const cellText = (value: unknown): string => shortened(brief(value), CELL);

function htmlTable({ columns, cells, gap, title, note }: Content): string {
  const heading = title ? `<div><b>${isolated(title)}</b></div>` : "";
  const head = columns
    .map((column) => `<th style="text-align:left">${isolated(shortened(column, CELL))}</th>`)
    .join("");
  const rows = cells.map((row) => `<tr>${row.map(htmlCell).join("")}</tr>`);
  if (gap >= 0) rows.splice(gap, 0, `<tr>${columns.map(() => "<td>…</td>").join("")}</tr>`);
  const foot = note ? `<p>${escapeHtml(note)}</p>` : "";
  return `${heading}<table><thead><tr>${head}</tr></thead><tbody>\n${rows.join("\n")}\n</tbody></table>${foot}`;
}

function htmlCell(value: unknown): string {
  const text = cellText(value);
  if (typeof value !== "number") return `<td style="text-align:left">${isolated(text)}</td>`;
  const whole = String(value) === text ? "" : ` title="${value}"`;
  return `<td style="text-align:right"${whole}>${isolated(text)}</td>`;
}

function plainTable({ columns, cells, gap, title, note }: Content): string {
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
  if (gap >= 0) lines.splice(gap + 1, 0, "…");
  lines.splice(1, 0, widths.map((width) => "-".repeat(width)).join("  "));
  return [...(title ? [showable(title)] : []), ...lines, ...(note ? [note] : [])].join("\n");
}
