/** Batches that are looked through at once: enough to sort by length, few enough to hold and to wait for. */
export const WINDOW = 16;

/**
 * Batches of texts of like length, as numbers of the texts: within a window of batches the longest come first, so that a
 * batch is padded little where something still is (attention, the LSTM, the scores).
 */
export function byLength(lengths: readonly number[], batchSize: number): number[][] {
  const longestFirst = (a: number, b: number) => lengths[b] - lengths[a] || a - b;
  return inOrder(lengths.length, WINDOW * batchSize).flatMap((window) => pieces(window.sort(longestFirst), batchSize));
}

/** Batches of texts as they stand, as numbers of the texts. */
export function inOrder(texts: number, batchSize: number): number[][] {
  return pieces(
    Array.from({ length: texts }, (_, n) => n),
    batchSize,
  );
}

function pieces(numbers: readonly number[], size: number): number[][] {
  return Array.from({ length: Math.ceil(numbers.length / size) }, (_, i) => numbers.slice(i * size, (i + 1) * size));
}
