/** Evaluates a model on labelled sentences: one pass over the texts, then scores at every threshold. */
import { checkRecords, type NerRecord } from "../data/records";
import { UserError } from "../errors";
import type { DecodeOptions } from "../model/decode";
import { checkLabels, checkNames, checkNumber, checkSwitch, checkThresholds } from "../options";
import type { Predictor } from "./predictions/predict";
import { addCounts, type Counts, f1Scores, type Scores, scoresPerType } from "./scoring/metrics";
import { PLAIN_RULES, type Scored, type ScoringRules, scoreTexts } from "./scoring/scoring";
import { bootstrapF1 } from "./statistics/bootstrap";

/** What is asked, how it is decoded, and at which thresholds. */
export interface EvaluateOptions extends Partial<DecodeOptions> {
  /** The types asked of every sentence. Required: a list made from each sentence's own gold would be an oracle. */
  entityTypes: readonly string[];
  /** One pass serves all of them; the first is the one that the result's own scores are for. Default [0.5]. */
  thresholds?: readonly number[];
  batchSize?: number;
  /** Of the bootstrap. */
  seed?: number;
  onProgress?(done: number, total: number): void;
  /** Ends the work between two batches: the promise is rejected with the signal's reason. */
  signal?: AbortSignal;
}

const NAMES = ["entityTypes", "thresholds", "flatNer", "multiLabel", "batchSize", "seed", "onProgress", "signal"];

/** The scores at one threshold, with the 95 % interval of F1 over sentences. */
export interface ThresholdResult extends Scores {
  threshold: number;
  ci95: [low: number, high: number];
  /** Counts of each sentence, for paired comparisons. */
  counts: Counts[];
}

/** Scores of a zero-shot evaluation, with intervals over sentences. */
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
 * @throws UserError where there are no records, none of them has a mention of the types, there are no types or no thresholds, or a threshold is not within 0..1
 */
export async function evaluateRecords(
  predictor: Predictor,
  records: readonly NerRecord[],
  options: EvaluateOptions,
): Promise<Evaluation> {
  checkNames(options, NAMES, "the evaluation");
  const { batchSize = 8, flatNer = true, multiLabel = false, seed = 0, onProgress, signal } = options;
  if (records.length === 0) throw new UserError("there are no records to evaluate on.");
  const entityTypes = checkLabels(options.entityTypes, "entityTypes");
  const thresholds = checkThresholds(options.thresholds ?? [0.5]);
  checkNumber("batchSize", batchSize);
  const asked = askedOnly(records, entityTypes);
  checkRecords(asked, "to evaluate on, by the types asked,");
  const tokens = records.map((record) => record.tokens);
  const floor = Math.min(...thresholds);
  const found = await predictor.candidates(tokens, entityTypes, { floor, batchSize, onProgress, signal });
  const rules = {
    ...PLAIN_RULES,
    flatNer: checkSwitch("flatNer", flatNer),
    multiLabel: checkSwitch("multiLabel", multiLabel),
  };
  return evaluationOf(
    thresholds.map((threshold) => {
      const own: ScoringRules = { ...rules, threshold };
      return { threshold, ...scoreTexts(asked, found, own) };
    }),
    entityTypes,
    checkNumber("seed", seed),
  );
}

/** Gold of types that are not asked is left out. */
export function askedOnly(records: readonly NerRecord[], types: readonly string[]): NerRecord[] {
  const asked = new Set(types);
  return records.map((record) => ({
    ...record,
    ner: record.ner.filter(([, , type]) => asked.has(type)),
    ...(record.unaligned ? { unaligned: record.unaligned.filter((type) => asked.has(type)) } : {}),
  }));
}

/** Scores at several thresholds as one result, whose own scores are those of the first. */
export function evaluationOf(
  scored: readonly (Scored & { threshold: number })[],
  types: readonly string[],
  seed = 0,
): Evaluation {
  const results = scored.map(({ threshold, counts }): ThresholdResult => {
    const { low, high } = bootstrapF1([counts], { seed });
    return { threshold, ...f1Scores(addCounts(counts)), ci95: [low, high], counts };
  });
  const [{ precision, recall, f1, ci95, counts }] = results;
  const { truePositives, falseNegatives } = addCounts(counts);
  const { gold, predicted, unaligned } = scored[0];
  return {
    precision,
    recall,
    f1,
    ci95,
    support: truePositives + falseNegatives,
    types: new Set(types).size,
    perType: scoresPerType(gold, predicted, [...new Set(types)], unaligned),
    thresholds: results,
  };
}
