/** What a table is made from, whatever it came as: named columns, and the fields of any row. */
import { inspect } from "node:util";
import { usageError } from "../../errors";
import { type FrameLike, hasOwnIndex, isFrame, isSeries } from "./frames";

/** Plain objects, a danfojs frame or series, or simple values. */
export type RowsLike = readonly unknown[] | FrameLike;

export interface Rows {
  columns: readonly string[];
  count: number;
  /** The fields of a row in the order of the columns. */
  row(at: number): unknown[];
}

/** Name of the column of simple values, and of a series without a name. */
const VALUE = "value";
/** Name of the column of a frame's index. */
export const INDEX = "index";

/**
 * @param caller for the message
 * @throws UserError for anything else than rows
 */
export function rowsOf(value: RowsLike, caller: string): Rows {
  if (isFrame(value)) return frameRows(value);
  if (!Array.isArray(value))
    throw usageError(
      `${caller} got ${inspect(value, { depth: 0 })}, wanted a list of rows, or a danfojs frame or series.`,
    );
  return objectRows(value);
}

function frameRows(frame: FrameLike): Rows {
  const names = isSeries(frame) ? [seriesName(frame)] : frame.columns.map(String);
  const fields = (at: number): unknown[] => {
    const row = frame.values[at];
    return Array.isArray(row) ? row : [row];
  };
  const count = frame.values.length;
  if (!hasOwnIndex(frame)) return { columns: names, count, row: fields };
  return { columns: [INDEX, ...names], count, row: (at) => [frame.index[at], ...fields(at)] };
}

/** danfojs calls the column of a series without a name "0". */
function seriesName({ columns }: FrameLike): string {
  return columns.length === 0 || String(columns[0]) === "0" ? VALUE : String(columns[0]);
}

function objectRows(values: readonly unknown[]): Rows {
  const records = values.map((value) => recordOf(value));
  const columns = [...new Set(records.flatMap((record) => [...record.keys()]))];
  return { columns, count: records.length, row: (at) => columns.map((column) => records[at].get(column)) };
}

function recordOf(value: unknown): Map<string, unknown> {
  if (value instanceof Map) return new Map([...value].map(([key, part]) => [String(key), part]));
  const plain = typeof value === "object" && value !== null && !(value instanceof Date);
  return new Map(plain ? Object.entries(value) : [[VALUE, value]]);
}
