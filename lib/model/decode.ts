/** A span that may be an entity: first word, last word (inclusive), type, probability. */
export interface SpanCandidate {
  start: number;
  end: number;
  label: string;
  score: number;
}
export function candidates(
  scores: Float32Array,
  shape: { words: number; maxWidth: number; classes: readonly string[]; stride?: number },
  floor: number,
): SpanCandidate[] {
  const found: SpanCandidate[] = [];
  const C = shape.classes.length;
  const stride = shape.stride ?? C;
  for (let start = 0; start < shape.words; start++)
    for (let k = 0; k < shape.maxWidth && start + k < shape.words; k++)
      for (let c = 0; c < C; c++) {
        const p = Math.fround(1 / (1 + Math.exp(-scores[(start * shape.maxWidth + k) * stride + c])));
        if (p > floor) found.push({ start, end: start + k, label: shape.classes[c], score: p });
      }
  return found;
}
export function greedyDecode(
  found: readonly SpanCandidate[],
  options: { flatNer: boolean; multiLabel: boolean },
): SpanCandidate[] {
  const kept: SpanCandidate[] = [];
  for (const c of found.slice().sort((a, b) => b.score - a.score)) {
    const clash = kept.some((k) => {
      if (k.start === c.start && k.end === c.end) return !options.multiLabel;
      const apart = c.start > k.end || k.start > c.end;
      if (options.flatNer) return !apart;
      const inside = (c.start <= k.start && c.end >= k.end) || (k.start <= c.start && k.end >= c.end);
      return !apart && !inside;
    });
    if (!clash) kept.push(c);
  }
  return kept.sort((a, b) => a.start - b.start);
}
