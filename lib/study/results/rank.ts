/** In which order differences are read: first what stands, the largest first. */

/** What a line of a table or a picture is ranked by. F1 in 0..1; null = not measured, or no interval. */
export interface Ranked {
  difference: number | null;
  ci95: readonly number[] | null;
}

/** First those whose interval leaves 0 out, the largest first, then those that cannot be told, then those that were not measured. */
export function ranked<T extends Ranked>(rows: readonly T[]): T[] {
  const stands = ({ ci95 }: Ranked) => Number(ci95 !== null && (ci95[0] > 0 || ci95[1] < 0));
  const size = ({ difference }: Ranked) => (difference === null ? -1 : Math.abs(difference));
  return [...rows].sort((a, b) => stands(b) - stands(a) || size(b) - size(a));
}
