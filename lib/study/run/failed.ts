/** Runs that failed, and failed again: nothing is left out of a study without a word. */
import { UserError } from "../../errors";
import { isObject } from "../../files/json-object";

/** A run that could not be made. */
export interface FailedRun {
  arm: string;
  seed: number;
  id: string;
  why: string;
}

/** What a folder's failed.json holds. @throws UserError where it holds something else */
export function checkFailed(value: unknown, where: string): FailedRun[] {
  const sound = (one: unknown) =>
    isObject(one) &&
    [one.arm, one.id, one.why].every((text) => typeof text === "string") &&
    Number.isSafeInteger(one.seed);
  if (!Array.isArray(value) || !value.every(sound))
    throw new UserError(
      `${where} is not what a study writes; remove it: its runs are then open, as those that failed are.`,
    );
  return value as FailedRun[];
}

/** One sentence about all of them. @param failed one at least */
export function failedLine(failed: readonly FailedRun[]): string {
  const [{ arm, seed, id, why }] = failed;
  const others = failed.length > 1 ? ` (and ${failed.length - 1} more)` : "";
  return `${arm}, seed ${seed} (${id}) failed every time: ${why.replace(/\.$/, "")}${others}; the same command tries again.`;
}
