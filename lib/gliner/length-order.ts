/** Batches that are looked through at once: texts of like length come together, and no result waits for long. */
const WINDOW = 16;

/**
 * Batches of texts of like length, as numbers of the texts: within a window of batches the longest come first, so that a
 * batch is padded little where something still is (attention, the LSTM, the scores).
 */
export function byLength(lengths: readonly number[], batchSize: number): number[][] {
  const batches: number[][] = [];
  const window = WINDOW * batchSize;
  for (let at = 0; at < lengths.length; at += window) {
    const numbers = Array.from({ length: Math.min(window, lengths.length - at) }, (_, i) => at + i);
    numbers.sort((a, b) => lengths[b] - lengths[a] || a - b);
    for (let i = 0; i < numbers.length; i += batchSize) batches.push(numbers.slice(i, i + batchSize));
  }
  return batches;
}
