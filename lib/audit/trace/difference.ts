/** How far two lists of numbers lie apart. */

/** The largest difference of two lists, and how many values are beyond a tolerance. */
export interface Difference {
  /** Largest |ours - theirs| as a share of `scale`. */
  size: number;
  /** Place of the largest one. */
  at: number;
  ours: number;
  theirs: number;
  compared: number;
  /** Values beyond the tolerance, and their places. */
  different: number;
  places: number[];
}

export interface DifferenceOptions {
  /** Share of the scale that counts as the same. */
  tolerance: number;
  /** What differences are a share of; the largest of their values where none is given. */
  scale?: number;
  /** Whether the value at a place counts; all do where it is not given. */
  counts?(at: number): boolean;
  /** What else a value may differ by, such as the rounding of what it was computed from. */
  slack?(at: number): number;
}

/** @param ours, theirs of one length; a value that is no number on one side only is as far away as can be */
export function difference(
  ours: ArrayLike<number>,
  theirs: ArrayLike<number>,
  { tolerance, scale = largest(theirs), counts = () => true, slack = () => 0 }: DifferenceOptions,
): Difference {
  const found: Difference = { size: 0, at: 0, ours: 0, theirs: 0, compared: 0, different: 0, places: [] };
  const unit = scale > 0 ? scale : 1;
  for (let at = 0; at < theirs.length; at++) {
    if (!counts(at)) continue;
    found.compared++;
    const apart = Math.abs(ours[at] - theirs[at]);
    const size = Number.isNaN(apart) ? nanSize(ours[at], theirs[at]) : Math.max(0, apart - slack(at)) / unit;
    if (size > found.size) Object.assign(found, { size, at, ours: ours[at], theirs: theirs[at] });
    if (size > tolerance) {
      found.different++;
      found.places.push(at);
    }
  }
  return found;
}

/** Infinities of one sign and two values that are no numbers are the same. */
const nanSize = (a: number, b: number) => (Object.is(a, b) ? 0 : Number.POSITIVE_INFINITY);

/** The largest size of a value. */
export function largest(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) if (Math.abs(values[i]) > most) most = Math.abs(values[i]);
  return most;
}
