/** Mean and spread of plain numbers. */
import { usageError } from "../../errors";

/** The arithmetic mean. @throws UserError where there is no value */
export function mean(values: ArrayLike<number>): number {
  if (values.length === 0) throw usageError("there is no mean of no values; wanted at least one number.");
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total / values.length;
}

/** Of a sample: n - 1 in its denominator; NaN for a single value. */
export function standardDeviation(values: ArrayLike<number>): number {
  const centre = mean(values);
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i] - centre) ** 2;
  return values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : Number.NaN;
}

/** The square of `standardDeviation`. */
export const variance = (values: ArrayLike<number>): number => standardDeviation(values) ** 2;
