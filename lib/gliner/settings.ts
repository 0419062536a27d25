import type { CollateSwitches } from "../batch/collate";
import { DEFAULT_SAMPLING, NEGATIVE_SOURCES, type SamplingOptions, samplingOf } from "../batch/sampling";
import { versionOf } from "../era";
import { UserError } from "../errors";
import { DEFAULT_LOSS, LOSS_TYPES, type LossOptions, lossOf } from "../model/loss";
import { SCHEDULER_TYPES, type SchedulerType } from "../train/schedule";

/** The loss in the spelling of GLiNER's yaml files. */
export interface LossSettings extends Omit<LossOptions, "alpha" | "gamma" | "prob_margin" | "reduction"> {
  loss_alpha: number;
  loss_gamma: number;
  loss_prob_margin: number;
  loss_reduction: LossOptions["reduction"];
}

/** How a run trains: the section `training` of a recipe, in the spelling of GLiNER's own yaml files. */
export interface TrainingConfig extends LossSettings, SamplingOptions, CollateSwitches {
  /** A model folder to start from; null = a new head on `model_name`. */
  prev_path: string | null;
  /**
   * Loss, types and labels of this version of Python's GLiNER ("v0" or "0.1.14"), as its own train.py and yaml had them;
   * null = 0.2.29 called without arguments. Keys that are given win over it. It changes no learning rate and no model.
   */
  era: string | null;
  num_steps: number;
  train_batch_size: number;
  lr_encoder: number;
  lr_others: number;
  weight_decay_encoder: number;
  weight_decay_other: number;
  /** A share of the steps below 1, a number of steps from 1 on. */
  warmup_ratio: number;
  scheduler_type: SchedulerType;
  /** 0 = no clipping. */
  max_grad_norm: number;
  /** Seeds every stream: init, order, types, dropout, masking. */
  seed: number;
  /** Steps between two checkpoints; the last step always makes one. */
  save_every: number;
  /** How many checkpoints by step are kept besides `last`; 0 = none. */
  save_total_limit: number;
  /** Steps between two losses on the development records; 0 = never. */
  eval_every: number;
}

const DEFAULT_COLLATE: CollateSwitches = { preprocess_text: false, one_type_per_span: false };

export const DEFAULT_TRAINING: TrainingConfig = {
  prev_path: null,
  era: null,
  num_steps: 1000,
  train_batch_size: 8,
  lr_encoder: 1e-5,
  lr_others: 5e-5,
  weight_decay_encoder: 0.01,
  weight_decay_other: 0.01,
  warmup_ratio: 0.1,
  scheduler_type: "cosine",
  max_grad_norm: 1,
  ...lossSettings(DEFAULT_LOSS),
  ...DEFAULT_SAMPLING,
  ...DEFAULT_COLLATE,
  seed: 0,
  save_every: 500,
  save_total_limit: 0,
  eval_every: 0,
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

function eraSettings(era: string | null, origin: string, exit: 1 | 2): Partial<TrainingConfig> {
  if (era === null) return {};
  try {
    versionOf(era);
  } catch (error) {
    throw new UserError(`${origin}: ${error instanceof Error ? error.message : error}`, exit);
  }
  return { ...lossSettings(lossOf(era)), ...samplingOf(era) };
}

type Key = keyof TrainingConfig;

/** Lowest value of a number. */
const AT_LEAST: Partial<Record<Key, number>> = {
  num_steps: 1,
  train_batch_size: 1,
  save_every: 1,
  eval_every: 0,
  save_total_limit: 0,
  lr_encoder: 0,
  lr_others: 0,
  weight_decay_encoder: 0,
  weight_decay_other: 0,
  warmup_ratio: 0,
  max_grad_norm: 0,
  loss_gamma: 0,
  loss_prob_margin: 0,
  label_smoothing: 0,
  dice_gamma: 0,
  positive_weight: 0,
  negatives: 0,
};

const AT_MOST: Partial<Record<Key, number>> = { loss_alpha: 1, loss_prob_margin: 1, label_smoothing: 1, negatives: 1 };

const WHOLE = new Set<string>([
  "num_steps",
  "train_batch_size",
  "save_every",
  "eval_every",
  "save_total_limit",
  "seed",
] satisfies Key[]);

const CHOICES: Partial<Record<Key, readonly string[]>> = {
  scheduler_type: SCHEDULER_TYPES,
  loss_type: Object.keys(LOSS_TYPES),
  masking: ["none", "global", "label", "span"],
  loss_reduction: ["sum", "mean"],
  mean_over: ["spans", "elements"],
  neg_source: Object.keys(NEGATIVE_SOURCES),
  manual_negatives: ["any", "none", "negative", "negatives", "ner_negatives"],
};

function checkTraining(training: TrainingConfig, origin: string, exit: 1 | 2): void {
  for (const [key, value] of Object.entries(training)) {
    const fault = faultOf(key as Key, value);
    if (fault) throw new UserError(`${origin}: "${key}" is ${JSON.stringify(value)}, wanted ${fault}.`, exit);
  }
}

/** What was wanted instead, or undefined. */
function faultOf(key: Key, value: unknown): string | undefined {
  const choices = CHOICES[key];
  if (choices) return choices.includes(String(value)) ? undefined : `one of ${choices.join(", ")}`;
  if (typeof value !== "number") return undefined;
  const low = AT_LEAST[key] ?? Number.NEGATIVE_INFINITY;
  const high = AT_MOST[key] ?? Number.POSITIVE_INFINITY;
  if (value >= low && value <= high && (!WHOLE.has(key) || Number.isSafeInteger(value))) return undefined;
  const range = `${Number.isFinite(low) ? ` from ${low} on` : ""}${Number.isFinite(high) ? ` up to ${high}` : ""}`;
  return `a ${WHOLE.has(key) ? "whole " : ""}number${range}`;
}
