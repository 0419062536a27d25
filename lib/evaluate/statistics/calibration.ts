/** Reliability bins, calibration error and Brier score of candidates, with Wilson's interval for a share. */
import type { NerRecord } from "../../data/records";
import { usageError } from "../../errors";
import type { SpanCandidate } from "../../model/decode";

/**
 * Whether a probability means what it says: of the spans that a model gives .8, are eight of ten right?
 *
 * Only what lies above the floor of the candidates is seen. That is the part that decisions are made in; how well the far
 * more numerous spans below it are calibrated is not measured, and a mean over all spans would only say that nearly all
 * of them are rightly near 0.
 * @see Guo et al. 2017, "On Calibration of Modern Neural Networks" (reliability diagram, ECE); Brier 1950
 */
export interface Calibration {
  /** Equal parts of 0..1 that hold at least one candidate, in order. */
  bins: CalibrationBin[];
  candidates: number;
  /** Candidates that are gold mentions with their type. */
  right: number;
  /** Expected calibration error: the mean distance of probability and share right over the bins, weighted by candidates. */
  ece: number;
  /** Mean of (probability - outcome)^2; 0 is best. */
  brier: number;
  /** The Brier score of saying the overall share right of every candidate: what probabilities have to beat. */
  brierOfConstant: number;
  /** Gold mentions without a candidate above the floor. Each is a miss at every threshold, and in no bin. */
  goldUnseen: number;
}

/** Spans of about the same probability, and how many of them are right. */
export interface CalibrationBin {
  /** Probabilities in (low, high]. */
  low: number;
  high: number;
  candidates: number;
  /** Mean probability. */
  confidence: number;
  /** Share that is right, with its 95 % interval. */
  right: number;
  rightLow: number;
  rightHigh: number;
}

/**
 * @param records with the gold that counts, see `askedOnly`
 * @param found of each record: all candidates above a floor, or only the decoded entities, which is another question
 * @param bins how many parts of 0..1
 * @throws UserError where the lists do not fit or `bins` is no count
 */
export function calibrate(
  records: readonly NerRecord[],
  found: readonly (readonly SpanCandidate[])[],
  { bins = 10 }: { bins?: number } = {},
): Calibration {
  if (found.length !== records.length)
    throw usageError(`got the candidates of ${found.length} texts for ${records.length} records.`);
  if (!Number.isSafeInteger(bins) || bins < 1) throw usageError(`bins is ${bins}, wanted a whole number from 1 on.`);
  const judged = records.flatMap((record, sentence) => outcomes(record, found[sentence], sentence));
  const parts = Array.from({ length: bins }, (_, b) =>
    judged.filter(({ score }) => Math.min(bins - 1, Math.max(0, Math.ceil(score * bins) - 1)) === b),
  );
  const filled = parts.flatMap((part, b) => (part.length ? [binOf(part, b / bins, (b + 1) / bins)] : []));
  const right = judged.filter(({ hit }) => hit).length;
  const gold = records.reduce(
    (sum, { ner, unaligned = [] }) => sum + new Set(ner.map(String)).size + unaligned.length,
    0,
  );
  const n = Math.max(1, judged.length);
  const gap = ({ candidates, confidence, right }: CalibrationBin) => (candidates / n) * Math.abs(confidence - right);
  return {
    bins: filled,
    candidates: judged.length,
    right,
    ece: filled.reduce((sum, bin) => sum + gap(bin), 0),
    brier: judged.reduce((sum, { score, hit }) => sum + (score - Number(hit)) ** 2, 0) / n,
    brierOfConstant: (right / n) * (1 - right / n),
    goldUnseen: gold - right,
  };
}

interface Outcome {
  sentence: number;
  score: number;
  hit: boolean;
}

function outcomes({ ner }: NerRecord, spans: readonly SpanCandidate[], sentence: number): Outcome[] {
  const gold = new Set(ner.map(([start, end, label]) => `${start} ${end} ${label}`));
  const once = new Map(spans.map((span) => [`${span.start} ${span.end} ${span.label}`, span.score]));
  return [...once].map(([key, score]) => ({ sentence, score, hit: gold.has(key) }));
}

function binOf(part: readonly Outcome[], low: number, high: number): CalibrationBin {
  const hits = part.filter(({ hit }) => hit).length;
  const [rightLow, rightHigh] = wilson(hits / part.length, effectiveSize(part));
  return {
    low,
    high,
    candidates: part.length,
    confidence: part.reduce((sum, { score }) => sum + score, 0) / part.length,
    right: hits / part.length,
    rightLow,
    rightHigh,
  };
}

/**
 * As how many independent candidates these count: those of one sentence rise and fall together. Their number over the
 * design effect, the variance of the share over sentences by that of independent draws; where all or none are right it
 * cannot be estimated, and every sentence counts once.
 * @see Korn & Graubard 1998, "Confidence intervals for proportions with small expected number of positive counts"
 */
function effectiveSize(part: readonly Outcome[]): number {
  const sentences = new Map<number, { size: number; hits: number }>();
  for (const { sentence, hit } of part) {
    const { size, hits } = sentences.get(sentence) ?? { size: 0, hits: 0 };
    sentences.set(sentence, { size: size + 1, hits: hits + Number(hit) });
  }
  const m = sentences.size;
  const share = part.filter(({ hit }) => hit).length / part.length;
  if (m < 2 || share === 0 || share === 1) return m;
  const squares = [...sentences.values()].reduce((sum, { size, hits }) => sum + (hits - share * size) ** 2, 0);
  const variance = ((m / (m - 1)) * squares) / part.length ** 2;
  const independent = (share * (1 - share)) / part.length;
  return part.length / Math.max(1, variance / independent);
}

/** Wilson's 95 % interval of a share among n. */
export function wilson(share: number, n: number): [low: number, high: number] {
  const z = 1.959963984540054;
  const middle = (share + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}
