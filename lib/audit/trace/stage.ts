/** What a stage of a trace is, and what is found there. */
import type { Difference } from "./difference";

/** Same: within the tolerance. Differs: beyond it. Absent: the dump, or the model here, has no such stage. */
export type StageState = "same" | "differs" | "absent";

/** One stage of the batch's way, in the other program and here. */
export interface StageResult {
  /** Such as "ids", "encoder.3", "gradients of the BiLSTM". */
  stage: string;
  state: StageState;
  /** The largest difference as a share of the largest value of the other program; 1 for words and ids that differ, 0 where all is equal. */
  size: number;
  /** How many values were compared, and how many differ. */
  compared: number;
  different: number;
  /** Where the largest difference lies, with both values; "" where nothing differs. */
  where: string;
  /** What the pattern of the differences says, where it says something. */
  hint?: string;
}

/** A stage that one side does not have. */
export const absent = (stage: string, why: string): StageResult => ({
  stage,
  state: "absent",
  size: 0,
  compared: 0,
  different: 0,
  where: why,
});

/** A stage of words, ids or sets: equal or not. @param where both values at the first place that differs */
export const exact = (stage: string, compared: number, places: readonly string[]): StageResult => ({
  stage,
  state: places.length ? "differs" : "same",
  size: places.length ? 1 : 0,
  compared,
  different: places.length,
  where: places[0] ?? "",
});

/** A stage of numbers. @param place says in words where a value lies */
export function measured(stage: string, found: Difference, place: (at: number) => string): StageResult {
  const { size, compared, different, at, ours, theirs } = found;
  const both = `${number(ours)} here, ${number(theirs)} there`;
  return {
    stage,
    state: different ? "differs" : "same",
    size,
    compared,
    different,
    where: different ? `${place(at)}: ${both}` : "",
  };
}

const number = (value: number) => (Number.isInteger(value) ? String(value) : value.toPrecision(5));
