/** What attention weights add up to; `stages(...).attention` has them, [layers][heads] of [T, T]. */

/** The mean of a layer's heads: [heads] of [T, T] -> [T, T]. */
export function meanOfHeads(heads: readonly (readonly (readonly number[])[])[]): number[][] {
  return heads[0].map((row, t) => row.map((_, u) => heads.reduce((sum, head) => sum + head[t][u], 0) / heads.length));
}

/**
 * How some positions share out their attention among groups of positions: mean over heads and readers, a row a layer, the
 * shares of a row sum to 1.
 * @param attention [layers][heads] of [T, T]
 * @param readers the positions whose attention is counted
 * @param groupOf the group of a position that is read, as its reader sees it
 */
export function attentionShares(
  attention: readonly (readonly (readonly (readonly number[])[])[])[],
  readers: readonly number[],
  groupOf: (read: number, reader: number) => string,
): Record<string, number>[] {
  return attention.map((heads) => {
    const weights = meanOfHeads(heads);
    const shares: Record<string, number> = {};
    for (const reader of readers)
      weights[reader].forEach((weight, read) => {
        const group = groupOf(read, reader);
        shares[group] = (shares[group] ?? 0) + weight / readers.length;
      });
    return shares;
  });
}
