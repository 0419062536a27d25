/** The middle value; of an even number the upper of the two, as a run that really was. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}
