/** Offsets of a text as JavaScript counts them (UTF-16 units) and as Python does (code points). */

/** A function from UTF-16 offsets of this text to code points. Made once a text: each call is a search, not a count. */
export function codePointOffsets(text: string): (unit: number) => number {
  const pairs = Array.from(text.matchAll(/[\ud800-\udbff][\udc00-\udfff]/g), ({ index }) => (index ?? 0) + 1);
  return (unit) => {
    let low = 0;
    let high = pairs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pairs[middle] < unit) low = middle + 1;
      else high = middle;
    }
    return unit - low;
  };
}
