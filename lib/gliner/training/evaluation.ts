/** Measures a model during its training (development loss, held-out types, tests) and picks the metric to select by. */
import * as tf from "@tensorflow/tfjs";
import type { Batch } from "../../batch/collate";
import { otherNames } from "../../batch/sampling";
import type { NerRecord } from "../../data/records";
import { type Wordings, wordingNames } from "../../data/wordings";
import { UserError } from "../../errors";
import type { Counts } from "../../evaluate/scoring/metrics";
import { bootstrapF1 } from "../../evaluate/statistics/bootstrap";
import { batchLoss } from "../../model/batch-loss";
import type { LossOptions } from "../../model/loss";
import { turn } from "../../turn";
import type { GLiNER } from "../gliner";
import type { BestMetric, TrainingConfig } from "../recipe/training-config";
import { type HeldOut, normalised } from "./held-out";
import { countsAt, findAsked, type HeldOutScores, scoreFound } from "./scoring";

/** A test set of the benchmark that a run tracks, for teaching: what is chosen by it is chosen on the test set. */
export interface TrackedTest {
  name: string;
  types: readonly string[];
  records: readonly NerRecord[];
}

/** The words that mark the benchmark wherever it is used. */
export const ON_THE_TEST_SET = "selection on the test set";

/** The benchmark during training: unweighted mean over the sets. */
export interface BenchmarkScores {
  /** Says what a choice by these numbers would be. */
  warning: typeof ON_THE_TEST_SET;
  threshold: number;
  f1: number;
  ci95: [low: number, high: number];
  sets: { name: string; sentences: number; f1: number; ci95: [low: number, high: number] }[];
}

/** What an evaluation inside a run found, as far as there was something to measure it on. */
export interface TrainingEvaluation {
  /** Mean loss of a development record. */
  devLoss?: number;
  heldOut?: HeldOutScores;
  benchmark?: BenchmarkScores;
}

/** What a run evaluates on. */
export interface EvaluationSets {
  development: readonly Batch[];
  heldOut?: HeldOut;
  benchmark?: readonly TrackedTest[];
}

/**
 * Evaluates a model in the middle of its training; draws nothing from the run's streams.
 * @returns undefined where the signal came before the end
 */
export async function evaluateInside(
  model: GLiNER,
  sets: EvaluationSets,
  loss: LossOptions,
  threshold: number,
  signal?: AbortSignal,
): Promise<TrainingEvaluation | undefined> {
  const evaluation: TrainingEvaluation = {};
  if (sets.development.length) {
    evaluation.devLoss = await developmentLoss(model, sets.development, loss, signal);
    if (evaluation.devLoss === undefined) return undefined;
  }
  if (sets.heldOut) {
    const found = await findAsked(model, sets.heldOut.asked, signal);
    if (!found) return undefined;
    const types = [...new Set(sets.heldOut.asked.flatMap((group) => group.types))];
    evaluation.heldOut = scoreFound(found, types, threshold);
  }
  if (sets.benchmark?.length) {
    const scores = await benchmarkScores(model, sets.benchmark, threshold, signal);
    if (!scores) return undefined;
    evaluation.benchmark = scores;
  }
  return evaluation;
}

async function developmentLoss(
  model: GLiNER,
  batches: readonly Batch[],
  loss: LossOptions,
  signal?: AbortSignal,
): Promise<number | undefined> {
  const every = { ...loss, masking: "none" as const };
  let total = 0;
  let count = 0;
  for (const batch of batches) {
    if (signal?.aborted) return undefined;
    total += tf.tidy(() => batchLoss(model.model, batch, every).dataSync()[0]);
    count += batch.size;
    await turn();
  }
  return total / count;
}

async function benchmarkScores(
  model: GLiNER,
  tests: readonly TrackedTest[],
  threshold: number,
  signal?: AbortSignal,
): Promise<BenchmarkScores | undefined> {
  const counts: Counts[][] = [];
  for (const test of tests) {
    const found = await findAsked(model, [test], signal);
    if (!found) return undefined;
    counts.push(countsAt(found, threshold));
  }
  const sets = tests.map(({ name }, i) => {
    const { value, low, high } = bootstrapF1([counts[i]]);
    return { name, sentences: counts[i].length, f1: value, ci95: [low, high] as [number, number] };
  });
  const { value, low, high } = bootstrapF1(counts);
  return { warning: ON_THE_TEST_SET, threshold, f1: value, ci95: [low, high], sets };
}

/** How a metric is read from an evaluation, and whether more of it is better. */
export const METRICS: Record<
  BestMetric,
  { greaterIsBetter: boolean; words: string; of(e: TrainingEvaluation): number | undefined }
> = {
  heldout_f1: { greaterIsBetter: true, words: "F1 on held-out types", of: ({ heldOut }) => heldOut?.f1 },
  dev_loss: { greaterIsBetter: false, words: "loss of the development records", of: ({ devLoss }) => devLoss },
  benchmark_f1: {
    greaterIsBetter: true,
    words: `F1 on the benchmark: ${ON_THE_TEST_SET}`,
    of: ({ benchmark }) => benchmark?.f1,
  },
};

/**
 * The metric that chooses the best checkpoint: the one that was asked for, else held-out types, else the development loss.
 * @throws UserError where the one asked for has nothing to be measured on
 */
export function bestMetric(asked: BestMetric | null, sets: EvaluationSets, every: number): BestMetric | undefined {
  const present: Record<BestMetric, boolean> = {
    heldout_f1: sets.heldOut !== undefined,
    dev_loss: sets.development.length > 0,
    benchmark_f1: (sets.benchmark?.length ?? 0) > 0,
  };
  if (asked !== null && (!present[asked] || every === 0))
    throw new UserError(
      `metric_for_best_model is ${asked}, but ${every === 0 ? "eval_every is 0" : "the run has nothing to measure it on"}.`,
    );
  if (every === 0) return undefined;
  return asked ?? (present.heldout_f1 ? "heldout_f1" : present.dev_loss ? "dev_loss" : undefined);
}

/** @throws UserError where a record to train on still has a held-out type */
export function checkHeldOut(records: readonly NerRecord[], heldOut: HeldOut | undefined): void {
  const held = new Set(heldOut?.types.map(normalised));
  for (const { ner, labels = [], negatives = [] } of records)
    for (const type of [...ner.map(([, , label]) => label), ...labels, ...negatives])
      if (held.has(normalised(type)))
        throw new UserError(`the held-out type "${type}" is in a record to train on; holdOutTypes takes it out.`);
}

/** @throws UserError where names are to be drawn from nowhere, or one of them is held out */
export function checkWordings(
  config: TrainingConfig,
  wordings: Wordings | undefined,
  heldOut: HeldOut | undefined,
): void {
  const share = (["synonym_share", "description_share", "general_share"] as const).find((key) => config[key] > 0);
  if (!wordings && share)
    throw new UserError(
      `${share} is ${config[share]}, but there are no wordings to draw from; wanted data: {wordings: sentences}, or a file of lines such as "medication = drug, medicine".`,
    );
  const sum = otherNames(config);
  // Tenths do not add up to exactly 1.
  if (sum > 1 + 1e-9)
    throw new UserError(
      `synonym_share, description_share and general_share are ${sum.toFixed(2)} together; a type stands under one name, so wanted at most 1.`,
    );
  const held = new Set(heldOut?.types.map(normalised));
  const back = wordings && wordingNames(wordings, config.general_share > 0).find((name) => held.has(normalised(name)));
  if (back !== undefined)
    throw new UserError(
      `the held-out type "${back}" is another type's name in the wordings; withoutNames takes it out.`,
    );
}
