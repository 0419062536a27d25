/** A whole change held against the sum of its parts, each an arm of the same plan. */
import { usageError } from "../../errors";
import type { Fields } from "../fields";

/** What is left of a whole once its parts are taken off is what they do beyond their sum, and what no part has. */
export interface Whole {
  name: string;
  /** The value of an arm. */
  whole: string;
  /** Values of other arms. */
  parts: string[];
}

/** @param values of the plan's arms @throws UserError where an arm is none of these, or stands twice */
export function readWhole(fields: Fields, values: readonly string[]): Whole {
  const read = { name: fields.text("name"), whole: fields.text("whole"), parts: fields.texts("parts") };
  fields.done();
  const all = [read.whole, ...read.parts];
  const unknown = all.find((one) => !values.includes(one));
  if (unknown !== undefined)
    throw usageError(`${fields.where}: no arm is called "${unknown}"; wanted ${values.join(", ")}.`);
  const twice = all.find((one, i) => all.indexOf(one) !== i);
  if (twice !== undefined) throw usageError(`${fields.where}: "${twice}" stands twice; leave one out.`);
  if (read.parts.length < 2)
    throw usageError(`${fields.where}: "parts" has ${read.parts.length} arms, wanted two at least.`);
  return read;
}
