/** A matrix as a heat map in an HTML table: scores by start and width, attention, confusions. */
import { usageError } from "../errors";
import { scaleColour } from "./colours";
import { Display } from "./display";
import { isolated, readableNumber, shortened, showable } from "./html";

/** How a matrix is drawn. */
export interface MatrixOptions {
  title?: string;
  /** Names of the rows; default: their numbers. */
  rows?: readonly string[];
  /** Names of the columns; default: their numbers. */
  columns?: readonly string[];
  /** Writes each value into its field; default: up to 400 fields. */
  values?: boolean;
  /** The size that has full colour, e.g. 1 for probabilities; default: the largest in the matrix. */
  limit?: number;
  /** Significant digits of a written value; default 2. */
  digits?: number;
}

/** More rows or columns than this are thinned out: every n-th is shown, and the caption says so. */
const LONGEST = 64;

/**
 * Shows a matrix as a heat map (HTML, plain text): white at 0, blue above, brown below, full colour at the largest size or at `limit`; a field of
 * NaN stays empty and grey.
 * @param values rows of numbers, [R, C]
 * @throws UserError for rows of unequal length or names that do not fit
 */
export function matrix(values: readonly (readonly number[])[], options: MatrixOptions = {}): Display {
  const height = values.length;
  const width = values[0]?.length ?? 0;
  const uneven = values.findIndex((row) => row.length !== width);
  if (uneven >= 0)
    throw usageError(`matrix got ${values[uneven].length} values in row ${uneven}, wanted ${width} as in row 0.`);
  const rowNames = named(options.rows, height, "rows");
  const columnNames = named(options.columns, width, "columns");
  const rowsShown = thinned(height);
  const columnsShown = thinned(width);
  const limit = options.limit ?? largest(values);
  const written = options.values ?? rowsShown.length * columnsShown.length <= 400;
  const digits = options.digits ?? 2;
  const caption = [
    options.title ?? "",
    `${height} x ${width}, full colour at ${readableNumber(limit, 3)}`,
    thinNote(height, rowsShown, "row"),
    thinNote(width, columnsShown, "column"),
  ]
    .filter((part) => part !== "")
    .join("; ");
  const field = (row: number, column: number): string => {
    const value = values[row][column];
    const { fill, ink } = scaleColour(limit === 0 ? 0 : value / limit);
    const text = written && !Number.isNaN(value) ? readableNumber(value, digits) : "";
    return `<td title="${readableNumber(value)}" style="background-color:${fill};color:${ink};text-align:right;padding:1px 4px;min-width:10px;font-size:80%">${text}</td>`;
  };
  const name = (text: string): string =>
    `<th style="text-align:left;padding:1px 4px;font-size:80%">${isolated(shortened(text, 24))}</th>`;
  const head = `<tr><th></th>${columnsShown.map((column) => name(columnNames[column])).join("")}</tr>`;
  const body = rowsShown.map(
    (row) => `<tr>${name(rowNames[row])}${columnsShown.map((column) => field(row, column)).join("")}</tr>`,
  );
  const html = `<div>${isolated(caption)}</div><table style="border-collapse:collapse">${head}${body.join("\n")}</table>`;
  const pick = rowsShown.map((row) => columnsShown.map((column) => readableNumber(values[row][column], digits)));
  return new Display({
    "text/html": html,
    "text/plain": plain(
      caption,
      rowsShown.map((row) => rowNames[row]),
      columnsShown.map((column) => columnNames[column]),
      pick,
    ),
  });
}

function named(names: readonly string[] | undefined, count: number, what: string): readonly string[] {
  if (names && names.length !== count) throw usageError(`matrix got ${names.length} names for ${count} ${what}.`);
  return names ?? Array.from({ length: count }, (_, at) => String(at));
}

function largest(values: readonly (readonly number[])[]): number {
  let limit = 0;
  for (const row of values)
    for (const value of row) if (Number.isFinite(value)) limit = Math.max(limit, Math.abs(value));
  return limit;
}

/** The indices that are shown. */
function thinned(count: number): number[] {
  const step = Math.ceil(count / LONGEST) || 1;
  return Array.from({ length: Math.ceil(count / step) }, (_, at) => at * step);
}

function thinNote(count: number, shown: readonly number[], what: string): string {
  return shown.length === count ? "" : `every ${shown[1] - shown[0]}th ${what} shown`;
}

function plain(
  caption: string,
  rows: readonly string[],
  columns: readonly string[],
  values: readonly (readonly string[])[],
): string {
  const lines = [["", ...columns], ...values.map((row, at) => [rows[at], ...row])].map((line) =>
    line.map((cell) => showable(shortened(cell, 16))),
  );
  const widths = lines[0].map((_, at) => Math.max(...lines.map((line) => line[at].length)));
  return [showable(caption), ...lines.map((line) => line.map((cell, at) => cell.padStart(widths[at])).join(" "))].join(
    "\n",
  );
}
