/**
 * Scores -> entities.
 * @see gliner/decoding/decoder.py, SpanDecoder (0.2.29)
 */

/** A span that may be an entity: first word, last word (inclusive), type, probability in (0, 1). */
export interface SpanCandidate {
  start: number;
  end: number;
  label: string;
  score: number;
  /** The five most probable types of this span with their probabilities, the best first; only where asked for. */
  classProbs?: Record<string, number>;
}

/** How the flat scores of one text are laid out: [W, K, C], row-major. */
export interface ScoreShape {
  /** Words of this text; W may be larger where the batch holds a longer one. */
  words: number;
  /** K. */
  maxWidth: number;
  /** The types of this text's prompt. */
  classes: readonly string[];
  /** C, where the batch has a longer prompt; default the number of classes. */
  stride?: number;
  /** Only these spans may be entities, as [start, end inclusive]; default all. */
  only?: readonly (readonly [start: number, end: number])[];
  /** Gives every candidate its `classProbs` (Python's `return_class_probs`). */
  classProbs?: boolean;
  /**
   * Only the most probable type of each span: all that greedy decoding with one label a span can choose from, since the other
   * types of a span stand behind it and conflict with whatever it conflicts with.
   */
  oneLabel?: boolean;
}

export interface DecodeOptions {
  /** No two entities share a word; false lets one lie wholly inside another. */
  flatNer: boolean;
  /** One span may have several labels. */
  multiLabel: boolean;
  /**
   * Wrong, and only to see what it costs: the least probable span is served first, as in versions 0.1.5 and 0.1.6 (of which
   * 0.1.5 could not score itself: its evaluator fails on any prediction).
   */
  worstFirst?: boolean;
}

/** Whether a float32 probability counts at a threshold: like torch, which rounds the threshold to float32 before it compares. */
export function exceeds(score: number, threshold: number): boolean {
  return score > Math.fround(threshold);
}

/**
 * The spans whose probability is greater than `threshold` (strictly, as in Python), in the order start, width, type.
 * @param scores logits [W, K, C] of one text, read in place
 */
export function spanCandidates(scores: Float32Array, shape: ScoreShape, threshold: number): SpanCandidate[] {
  const { words, maxWidth: K } = shape;
  const stride = shape.stride ?? shape.classes.length;
  const bound = logitBound(threshold);
  const fits = shape.only?.filter(([start, end]) => end >= start && end - start < K);
  const only = fits && new Set(fits.map(([start, end]) => start * K + end - start));
  const found: SpanCandidate[] = [];
  for (let start = 0; start < words; start++)
    for (let k = 0; k < K && start + k < words; k++) {
      if (only && !only.has(start * K + k)) continue;
      const row = (start * K + k) * stride;
      pushCandidates(found, { start, end: start + k }, scores.subarray(row, row + stride), shape, { threshold, bound });
    }
  return found;
}

/** The scores of some spans only: what is left of [W, K, C] where all other spans are known to stay below the threshold. */
export interface ScoreRows {
  /** Place start * K + width - 1 of each span, ascending. */
  places: readonly number[];
  /** [spans, C], row-major. */
  values: Float32Array;
}

/** `candidates` from the rows that matter. */
export function rowCandidates({ places, values }: ScoreRows, shape: ScoreShape, threshold: number): SpanCandidate[] {
  const { words, maxWidth: K } = shape;
  const stride = shape.stride ?? shape.classes.length;
  const bound = logitBound(threshold);
  const found: SpanCandidate[] = [];
  places.forEach((place, n) => {
    const start = Math.floor(place / K);
    const end = start + (place % K);
    if (end >= words) return;
    pushCandidates(found, { start, end }, values.subarray(n * stride, (n + 1) * stride), shape, { threshold, bound });
  });
  return found;
}

/** A cheap bound: the sigmoid of a logit that is not above it need not be computed. */
export function logitBound(threshold: number): number {
  return threshold <= 0 ? Number.NEGATIVE_INFINITY : Math.log(threshold / (1 - threshold)) - 1e-3;
}

function pushCandidates(
  found: SpanCandidate[],
  span: { start: number; end: number },
  logits: Float32Array,
  { classes, classProbs, oneLabel }: ScoreShape,
  { threshold, bound }: { threshold: number; bound: number },
): void {
  const best = oneLabel ? highest(logits, classes.length) : -1;
  for (let c = 0; c < classes.length; c++) {
    if (!(logits[c] > bound) || (oneLabel && c !== best)) continue;
    const score = probability(logits[c]);
    if (!exceeds(score, threshold)) continue;
    const candidate: SpanCandidate = { ...span, label: classes[c], score };
    if (classProbs) candidate.classProbs = topClasses(logits.subarray(0, classes.length), classes);
    found.push(candidate);
  }
}

/** The first of the highest, as probabilities: two logits far out may be one float32. */
function highest(logits: Float32Array, n: number): number {
  let best = 0;
  for (let c = 1; c < n; c++)
    if (logits[c] > logits[best] && probability(logits[c]) > probability(logits[best])) best = c;
  return best;
}

/** Python's float32 sigmoid, rounded once from float64. */
export function probability(logit: number): number {
  return Math.fround(1 / (1 + Math.exp(-logit)));
}

/** How many types Python's `return_class_probs` lists. */
const TOP = 5;

/** The most probable types of a span; of equal ones the first in the prompt, where torch leaves the order open. */
function topClasses(logits: Float32Array, classes: readonly string[]): Record<string, number> {
  const order = Array.from(classes, (_, c) => c).sort((a, b) => logits[b] - logits[a]);
  return Object.fromEntries(order.slice(0, TOP).map((c) => [classes[c], probability(logits[c])]));
}

/**
 * Greedy decoding: the best span first (ties keep their order), each next one where it conflicts with none before it; the
 * result is sorted by start. Until 0.1.4 Python sorted raw scores, which differ where float32 probabilities are all 1 (above
 * 16.6).
 */
export function greedyDecode(spans: readonly SpanCandidate[], options: DecodeOptions): SpanCandidate[] {
  const sign = options.worstFirst ? -1 : 1;
  const queue = spans.slice().sort((a, b) => sign * (b.score - a.score));
  const kept = options.flatNer ? flat(queue, options.multiLabel) : pairwise(queue, options);
  return kept.sort((a, b) => a.start - b.start);
}

/** The entities at a threshold, of candidates that are listed above a lower floor. Flat, one label a span, by default. */
export function entitiesAt(
  spans: readonly SpanCandidate[],
  threshold: number,
  { flatNer = true, multiLabel = false }: Partial<DecodeOptions> = {},
): SpanCandidate[] {
  return greedyDecode(
    spans.filter(({ score }) => exceeds(score, threshold)),
    { flatNer, multiLabel },
  );
}

/** The readable twin of the flat case, and the nested one: every accepted span is asked. */
export function pairwise(best: readonly SpanCandidate[], options: DecodeOptions): SpanCandidate[] {
  const kept: SpanCandidate[] = [];
  for (const span of best) if (!kept.some((other) => conflict(span, other, options))) kept.push(span);
  return kept;
}

/** The same range conflicts unless labels may share it; other ranges conflict when they overlap, or, nested, cross. */
export function conflict(a: SpanCandidate, b: SpanCandidate, { flatNer, multiLabel }: DecodeOptions): boolean {
  if (a.start === b.start && a.end === b.end) return !multiLabel;
  if (a.start > b.end || b.start > a.end) return false;
  const inside = (a.start <= b.start && b.end <= a.end) || (b.start <= a.start && a.end <= b.end);
  return flatNer || !inside;
}

/** Flat decoding in linear time: each word remembers the span that took it. */
function flat(best: readonly SpanCandidate[], multiLabel: boolean): SpanCandidate[] {
  const owner: (SpanCandidate | undefined)[] = [];
  const kept: SpanCandidate[] = [];
  for (const span of best) {
    let free = true;
    for (let word = span.start; word <= span.end && free; word++) {
      const other = owner[word];
      free = other === undefined || (multiLabel && other.start === span.start && other.end === span.end);
    }
    if (!free) continue;
    for (let word = span.start; word <= span.end; word++) owner[word] ??= span;
    kept.push(span);
  }
  return kept;
}
