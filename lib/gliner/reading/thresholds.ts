/** One threshold for all types, or one a type. */
import { usageError } from "../../errors";
import type { SpanCandidate } from "../../model/decode";
import { exceeds } from "../../model/decode";
import { checkNumber, THRESHOLD } from "../../options";

/** Spans whose probability is greater count; by type, where types differ. A type without one of its own has .5. */
export type Threshold = number | Readonly<Record<string, number>>;

/** @throws UserError where one is not within 0..1 */
export function checkThreshold(threshold: Threshold): Threshold {
  if (typeof threshold !== "object" || threshold === null) return checkNumber("threshold", threshold);
  if (Array.isArray(threshold)) throw usageError("threshold got a list, wanted a number or an object of type: number.");
  for (const [type, value] of Object.entries(threshold)) checkNumber("threshold", value, `threshold of "${type}"`);
  return threshold;
}

/** The lowest threshold of these types: no span below it can become an entity. */
export function floorOf(threshold: Threshold, types: Iterable<string>): number {
  if (typeof threshold === "number") return threshold;
  let floor = 1;
  for (const type of types) floor = Math.min(floor, thresholdOf(threshold, type));
  return floor;
}

export function thresholdOf(threshold: Threshold, type: string): number {
  if (typeof threshold === "number") return threshold;
  return Object.hasOwn(threshold, type) ? threshold[type] : THRESHOLD;
}

/** The spans above their types' thresholds. */
export function aboveThreshold(spans: readonly SpanCandidate[], threshold: Threshold): readonly SpanCandidate[] {
  if (typeof threshold === "number") return spans;
  return spans.filter(({ label, score }) => exceeds(score, thresholdOf(threshold, label)));
}
