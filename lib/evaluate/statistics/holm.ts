/** Many tests at once: what of their p is left when none of them may be wrong. @see Holm 1979 */

/** Holm's: the same values for a family of tests, of which none may be wrong by more than the level. */
export function holm(p: readonly number[]): number[] {
  const order = p.map((_, i) => i).sort((a, b) => p[a] - p[b]);
  const adjusted = new Array<number>(p.length);
  let most = 0;
  order.forEach((at, rank) => {
    most = Math.max(most, Math.min(1, (p.length - rank) * p[at]));
    adjusted[at] = most;
  });
  return adjusted;
}
