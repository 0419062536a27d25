/** Where an axis has its marks: multiples of 1, 2 or 5 times a power of ten (Heckbert's "nice numbers", Graphics Gems I). */

/** @returns the marks within [low, high], about `wanted` of them, and their texts */
export function ticks(low: number, high: number, wanted = 5): { at: number; text: string }[] {
  const step = niceStep((high - low) / wanted);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const marks: { at: number; text: string }[] = [];
  for (let n = Math.ceil(low / step - 1e-9); n * step <= high + step * 1e-9; n++) {
    const at = n * step;
    const big = Math.abs(high) >= 1e5 || Math.abs(low) >= 1e5;
    marks.push({ at, text: big ? at.toExponential(1).replace("+", "") : at.toFixed(Math.min(digits, 8)) });
  }
  return marks;
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const share = rough / power;
  return power * (share < 1.5 ? 1 : share < 3.5 ? 2 : share < 7.5 ? 5 : 10);
}

/** The range of numbers, never empty; with `fromZero` it holds 0. */
export function extent(values: Iterable<number>, fromZero: boolean): [number, number] {
  let low = fromZero ? 0 : Number.POSITIVE_INFINITY;
  let high = fromZero ? 0 : Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return [0, 1];
  if (low === high) return [low - 0.5, high + 0.5];
  return [low, high];
}
