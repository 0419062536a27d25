import type { NerSpan } from "../../data/records";
import type { SpanCandidate } from "../../model/decode";

/** How far probabilities can be taken at their word, over all spans above the floor of the search. */
export interface Calibration {
  /** Mean of |probability - share right| over the bins, weighed by their spans (expected calibration error). */
  error: number;
  /** Bins of a tenth; those without a span are left out. */
  bins: { low: number; spans: number; meanScore: number; right: number }[];
}

const BINS = 10;

export function calibrationOf(found: { gold: NerSpan[][]; candidates: SpanCandidate[][] }): Calibration {
  const bins = Array.from({ length: BINS }, (_, i) => ({ low: i / BINS, spans: 0, sum: 0, right: 0 }));
  found.candidates.forEach((spans, i) => {
    const gold = new Set(found.gold[i].map(String));
    for (const { start, end, label, score } of spans) {
      const bin = bins[Math.min(BINS - 1, Math.floor(score * BINS))];
      bin.spans++;
      bin.sum += score;
      if (gold.has(String([start, end, label]))) bin.right++;
    }
  });
  const filled = bins
    .filter(({ spans }) => spans > 0)
    .map(({ low, spans, sum, right }) => ({ low, spans, meanScore: sum / spans, right: right / spans }));
  const total = filled.reduce((sum, { spans }) => sum + spans, 0);
  const error = filled.reduce((sum, bin) => sum + (bin.spans * Math.abs(bin.meanScore - bin.right)) / total, 0);
  return { error: total ? error : 0, bins: filled };
}
