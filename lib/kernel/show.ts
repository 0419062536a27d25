/**
 * How a cell's last expression is shown: a Display by its own formats, a tensor by its values, a data frame as a table, a
 * plotly figure as one,
 * everything else as Node prints it. Stock tslab knows only the last.
 */
import { inspect } from "node:util";
import { bundleOf, type MimeBundle, metadataOf } from "../notebook/display";
import { displayOf } from "../notebook/show";

interface TensorLike {
  dtype: string;
  shape: number[];
  toString(verbose: boolean): string;
}

/** What is shown, and what a front end is told about it. */
export interface Shown {
  data: MimeBundle;
  metadata: MimeBundle;
}

/** @returns undefined where there is nothing to show */
export async function resultOf(value: unknown): Promise<Shown | undefined> {
  if (value === undefined) return undefined;
  const shown = displayOf(value);
  if (shown) return { data: await bundleOf(shown), metadata: metadataOf(shown) };
  return { data: dataOf(value), metadata: {} };
}

function dataOf(value: unknown): MimeBundle {
  if (isTensor(value)) return { "text/plain": value.toString(true) };
  const text = inspect(value, { depth: 4, maxArrayLength: 100, maxStringLength: 10_000, breakLength: 100 });
  return { "text/plain": cut(text) };
}

/** A result of thousands of lines, e.g. an object of a package with all that it refers to, would bury the notebook. */
function cut(text: string): string {
  const lines = text.split("\n");
  const rest = lines.length - LONGEST;
  return rest > 0 ? [...lines.slice(0, LONGEST), `… (${rest} more lines)`].join("\n") : text;
}

/** Lines of a result that are shown. */
const LONGEST = 300;

/** By its form: the kernel starts without loading TensorFlow.js. */
function isTensor(value: unknown): value is TensorLike {
  return typeof value === "object" && value !== null && "dataId" in value && "dtype" in value && "shape" in value;
}
