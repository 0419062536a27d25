import { usageError, warnOnce } from "../../errors";

/** The labels, de-duplicated in order as Python does, but not in silence. @throws UserError where there is none, or one is blank */
export function checkLabels(labels: readonly string[]): string[] {
  if (labels.length === 0) throw usageError("the list of labels is empty; wanted at least one entity type.");
  const blank = labels.findIndex((label) => typeof label !== "string" || label.trim() === "");
  if (blank >= 0)
    throw usageError(`label ${blank + 1} is ${JSON.stringify(labels[blank])}; wanted the name of a type.`);
  const types = [...new Set(labels)];
  if (types.length < labels.length) warnOnce(`${labels.length - types.length} duplicate labels left out.`);
  return types;
}

/** @throws UserError where it is not within 0..1 */
export function checkThreshold(threshold: number): number {
  if (!(threshold >= 0 && threshold <= 1)) throw usageError(`threshold is ${threshold}, wanted a number from 0 to 1.`);
  return threshold;
}
