/**
 * How a cell's last expression is shown: a Display by its own formats, a tensor by its values, a data frame as a table,
 * everything else as Node prints it. Stock tslab knows only the last.
 */
import { inspect } from "node:util";
import { DISPLAY, isDisplayable, type MimeBundle, metadataOf } from "../notebook/display";
import { isFrame, table } from "../notebook/table";

interface TensorLike {
  dtype: string;
  shape: number[];
  toString(verbose: boolean): string;
}

/** @returns undefined where there is nothing to show */
export function resultOf(value: unknown): { data: MimeBundle; metadata: MimeBundle } | undefined {
  if (value === undefined || value === null) return undefined;
  if (isDisplayable(value)) return { data: value[DISPLAY](), metadata: metadataOf(value) };
  return { data: dataOf(value), metadata: {} };
}

function dataOf(value: unknown): MimeBundle {
  if (isFrame(value)) return table(value).bundle;
  if (isTensor(value)) return { "text/plain": value.toString(true) };
  return { "text/plain": inspect(value, { depth: 4, maxArrayLength: 100, maxStringLength: 10_000, breakLength: 100 }) };
}

/** By its form: the kernel starts without loading TensorFlow.js. */
function isTensor(value: unknown): value is TensorLike {
  return typeof value === "object" && value !== null && "dataId" in value && "dtype" in value && "shape" in value;
}
