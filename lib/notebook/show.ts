/** Any value shown in the middle of a cell, and what is shown of values that cannot show themselves. */
import { inspect } from "node:util";
import { usageError } from "../errors";
import { bundleOf, Display, type Displayable, isDisplayable, metadataOf, outputPort } from "./display";
import { figure } from "./figure";
import { isFigureObject } from "./figures/plotly";
import { table } from "./table";
import { isFrame } from "./tables/frames";

/** A value that shows itself, a data frame as a table, `{ data, layout }` as a figure; undefined for every other. */
export function displayOf(value: unknown): Displayable | undefined {
  if (isDisplayable(value)) return value;
  if (isFrame(value)) return table(value);
  return isFigureObject(value) ? figure(value) : undefined;
}

/**
 * Shows values at this point of a cell, as its last expression would be shown; outside a notebook prints their text.
 * @throws UserError for a value that makes its formats asynchronously: only a cell's last expression can wait for them
 */
export function display(...values: readonly unknown[]): void {
  for (const value of values) {
    const shown = displayOf(value) ?? new Display({ "text/plain": inspect(value, { depth: 4 }) });
    const bundle = bundleOf(shown);
    if (bundle instanceof Promise)
      throw usageError("display got a value whose formats are a promise; make it the cell's last expression.");
    const port = outputPort();
    if (port) port.display(bundle, metadataOf(shown));
    else process.stdout.write(`${String(bundle["text/plain"] ?? "")}\n`);
  }
}
