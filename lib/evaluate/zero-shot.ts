import type { NerRecord, NerSpan } from "../data/records";
import { UserError, usageError } from "../errors";
import { type DecodeOptions, exceeds, greedyDecode, type SpanCandidate } from "../model/decode";
import { bootstrapF1 } from "./bootstrap";
import { addCounts, type Counts, countMatches, type Scores, scores, scoresPerType } from "./metrics";

/** What is evaluated: anything that lists the spans of texts above a floor. */
export interface Predictor {
  candidates(
    tokens: readonly (readonly string[])[],
    labels: readonly string[],
    options: { floor: number; batchSize?: number; onProgress?(done: number, total: number): void },
  ): Promise<SpanCandidate[][]>;
}

export interface EvaluateOptions extends Partial<DecodeOptions> {
  /** The types asked of every sentence. Required: a list made from each sentence's own gold would be an oracle. */
  entityTypes: readonly string[];
  /** One pass serves all of them; the first is the one that the result's own scores are for. Default [0.5]. */
  thresholds?: readonly number[];
  batchSize?: number;
  /** Of the bootstrap. */
  seed?: number;
  onProgress?(done: number, total: number): void;
}

/** The scores at one threshold, with the 95 % interval of F1 over sentences. */
export interface ThresholdResult extends Scores {
  threshold: number;
  ci95: [low: number, high: number];
  /** Counts of each sentence, for paired comparisons. */
  counts: Counts[];
}

export interface Evaluation extends Scores {
  ci95: [low: number, high: number];
  /** Gold mentions of the types asked. */
  support: number;
  /** How many types were asked. */
  types: number;
  perType: ({ type: string; support: number } & Scores)[];
  thresholds: ThresholdResult[];
}

/**
 * Zero-shot evaluation: the same types for every sentence, exact match, micro-averaged. Gold that no span can represent
 * (wider than the model's spans, cut off) stays in the denominator of recall; gold of types that are not asked is left out.
 * @throws UserError where there are no records, no types or no thresholds, or a threshold is not within 0..1
 */
export async function evaluateRecords(
  predictor: Predictor,
  records: readonly NerRecord[],
  options: EvaluateOptions,
): Promise<Evaluation> {
  const { entityTypes, thresholds = [0.5], batchSize, onProgress } = options;
  if (records.length === 0) throw new UserError("there are no records to evaluate on.");
  if (entityTypes.length === 0) throw usageError("the list of entity types is empty; wanted at least one.");
  checkThresholds(thresholds);
  const asked = new Set(entityTypes);
  const gold = records.map(({ ner }) => ner.filter(([, , label]) => asked.has(label)));
  const tokens = records.map((record) => record.tokens);
  const floor = Math.min(...thresholds);
  const found = await predictor.candidates(tokens, entityTypes, { floor, batchSize, onProgress });
  const decoded = thresholds.map((threshold) => decodeAt(found, threshold, options));
  const results = decoded.map((predicted, i) => atThreshold(gold, predicted, thresholds[i], options.seed ?? 0));
  const [{ precision, recall, f1, ci95 }] = results;
  return {
    precision,
    recall,
    f1,
    ci95,
    support: gold.reduce((sum, spans) => sum + new Set(spans.map(String)).size, 0),
    types: asked.size,
    perType: scoresPerType(gold, decoded[0], [...asked]),
    thresholds: results,
  };
}

/** NaN or a percentage would keep nothing and look like a model that finds nothing. */
function checkThresholds(thresholds: readonly number[]): void {
  if (thresholds.length === 0) throw usageError("the list of thresholds is empty; wanted at least one.");
  const wrong = thresholds.find((threshold) => !(threshold >= 0 && threshold <= 1));
  if (wrong !== undefined) throw usageError(`threshold is ${wrong}, wanted a number from 0 to 1.`);
}

function decodeAt(found: readonly SpanCandidate[][], threshold: number, options: Partial<DecodeOptions>): NerSpan[][] {
  const { flatNer = true, multiLabel = false } = options;
  return found.map((spans) => {
    const above = spans.filter((span) => exceeds(span.score, threshold));
    return greedyDecode(above, { flatNer, multiLabel }).map(({ start, end, label }) => [start, end, label]);
  });
}

function atThreshold(gold: NerSpan[][], predicted: NerSpan[][], threshold: number, seed: number): ThresholdResult {
  const counts = gold.map((spans, i) => countMatches(spans, predicted[i]));
  const { low, high } = bootstrapF1([counts], { seed });
  return { threshold, ...scores(addCounts(counts)), ci95: [low, high], counts };
}
