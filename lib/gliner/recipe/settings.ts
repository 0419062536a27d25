import type { CollateSwitches } from "../../batch/collate";
import { DEFAULT_SAMPLING, type SamplingOptions, samplingOf } from "../../batch/sampling";
import { versionOf } from "../../era";
import { UserError } from "../../errors";
import { DEFAULT_LOSS, type LossOptions, lossOf } from "../../model/loss";
import type { SchedulerType } from "../../train/schedule";
import type { BestMetric } from "./best-metrics";
import { DEFAULT_OPTIMIZER, type OptimizerSettings, optimizerOf } from "./optimizer-eras";
import type { Precision } from "./precision";
import { checkTraining } from "./settings-check";

/** The loss in the spelling of GLiNER's yaml files. */
export interface LossSettings extends Omit<LossOptions, "alpha" | "gamma" | "prob_margin" | "reduction"> {
  loss_alpha: number;
  loss_gamma: number;
  loss_prob_margin: number;
  loss_reduction: LossOptions["reduction"];
}

/** How a run trains: the section `training` of a recipe, in the spelling of GLiNER's own yaml files. */
export interface TrainingConfig extends LossSettings, SamplingOptions, CollateSwitches, OptimizerSettings {
  /** A model folder to start from; null = a new head on `model_name`. */
  prev_path: string | null;
  /**
   * Loss, types, labels, weight decay's exclusions and clipping of this version of Python's GLiNER ("v0" or "0.1.14"), as
   * its own train.py and yaml had them; null = 0.2.29 called without arguments. Keys that are given win over it. It changes
   * no learning rate and no model.
   */
  era: string | null;
  num_steps: number;
  train_batch_size: number;
  /** Batches whose gradients are averaged into one step. In-batch negatives still come from one batch. */
  gradient_accumulation_steps: number;
  lr_encoder: number;
  lr_others: number;
  weight_decay_encoder: number;
  weight_decay_other: number;
  /** A share of the steps below 1, a number of steps from 1 on. */
  warmup_ratio: number;
  /** The same; above 0 it wins over `warmup_ratio`, as in transformers. */
  warmup_steps: number;
  scheduler_type: SchedulerType;
  /** Parts that are not trained: encoder, embeddings, word_embeddings, encoder.layer.0, rnn, span_layer, prompt, ... */
  freeze_components: readonly string[];
  /** Half-width numbers in matrix products: TensorFlow.js has none, so anything but "no" is refused. */
  mixed_precision: Precision;
  /** Seeds every stream: init, order, types, dropout, masking. */
  seed: number;
  /** Steps between two checkpoints; the last step always makes one. */
  save_every: number;
  /** How many models by step are kept besides `last`, the latest ones; 0 = none. */
  save_total_limit: number;
  /** Steps between two models by step that are kept for good; 0 = none. */
  keep_every: number;
  /** Steps between two evaluations: development loss, held-out types, benchmark, as far as they are given; 0 = never. */
  eval_every: number;
  /** Probability above which a span of an evaluation counts. */
  eval_threshold: number;
  /** What the best checkpoint is chosen by; null = held-out types where there are some, else the development loss. */
  metric_for_best_model: BestMetric | null;
  /** Evaluations without an improvement after which the run ends; 0 = never. */
  early_stopping_patience: number;
  /** An improvement of less does not count as one for the patience. */
  early_stopping_threshold: number;
  /** Steps between two histograms of scores; 0 = none. */
  histogram_every: number;
  /** How many steps that fail (a loss that is no number, memory, a broken example) are left out and counted before one ends the run. */
  max_skipped_steps: number;
}

const DEFAULT_COLLATE: CollateSwitches = { preprocess_text: false, one_type_per_span: false };

export const DEFAULT_TRAINING: TrainingConfig = {
  prev_path: null,
  era: null,
  num_steps: 1000,
  train_batch_size: 8,
  gradient_accumulation_steps: 1,
  lr_encoder: 1e-5,
  lr_others: 5e-5,
  weight_decay_encoder: 0.01,
  weight_decay_other: 0.01,
  warmup_ratio: 0.1,
  warmup_steps: 0,
  scheduler_type: "cosine",
  freeze_components: [],
  mixed_precision: "no",
  ...DEFAULT_OPTIMIZER,
  ...lossSettings(DEFAULT_LOSS),
  ...DEFAULT_SAMPLING,
  ...DEFAULT_COLLATE,
  seed: 0,
  save_every: 500,
  save_total_limit: 0,
  keep_every: 0,
  eval_every: 0,
  eval_threshold: 0.5,
  metric_for_best_model: null,
  early_stopping_patience: 0,
  early_stopping_threshold: 0,
  histogram_every: 10,
  max_skipped_steps: 0,
};

/**
 * All settings of a run from those that are given: theirs, then those of their `era`, then the defaults.
 * @param origin where they come from, for the message
 * @throws UserError on a value out of range or an unknown era
 */
export function trainingOf(given: Partial<TrainingConfig>, origin: string, exit: 1 | 2 = 1): TrainingConfig {
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const training: TrainingConfig = { ...DEFAULT_TRAINING, ...eraSettings(given.era ?? null, origin, exit), ...set };
  checkTraining(training, origin, exit);
  return training;
}

/** The loss that the settings mean. */
export function lossOptions(config: LossSettings): LossOptions {
  const { loss_type, margin_floor, label_smoothing, dice_gamma, positive_weight, use_span_width_weight } = config;
  const { masking, negatives, mean_over } = config;
  return {
    loss_type,
    alpha: config.loss_alpha,
    gamma: config.loss_gamma,
    prob_margin: config.loss_prob_margin,
    margin_floor,
    label_smoothing,
    dice_gamma,
    positive_weight,
    use_span_width_weight,
    masking,
    negatives,
    reduction: config.loss_reduction,
    mean_over,
  };
}

function lossSettings({ alpha, gamma, prob_margin, reduction, ...same }: LossOptions): LossSettings {
  return {
    ...same,
    loss_alpha: alpha,
    loss_gamma: gamma,
    loss_prob_margin: prob_margin,
    loss_reduction: reduction,
  };
}

/** What an era sets, before the keys that are given. @throws UserError where it is no version */
export function eraSettings(era: string | null, origin: string, exit: 1 | 2): Partial<TrainingConfig> {
  if (era === null) return {};
  try {
    versionOf(era);
  } catch (error) {
    throw new UserError(`${origin}: ${error instanceof Error ? error.message : error}`, exit);
  }
  return { ...lossSettings(lossOf(era)), ...samplingOf(era), ...optimizerOf(era) };
}
