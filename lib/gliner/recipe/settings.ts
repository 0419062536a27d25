/** Completes the section `training` with era and default values, and turns its keys into loss options. */
import { isDeepStrictEqual } from "node:util";
import type { CollateSwitches } from "../../batch/collate";
import { DEFAULT_SAMPLING, NO_WORDINGS, samplingOf } from "../../batch/sampling";
import { versionOf } from "../../era";
import { UserError } from "../../errors";
import { DEFAULT_LOSS, type LossOptions, lossOf } from "../../model/loss";
import { givenOnly } from "../../options";
import { DEFAULT_OPTIMIZER, optimizerOf } from "./optimizer-eras";
import { checkTraining } from "./settings-check";
import { type LossSettings, STREAM_SEEDS, type TrainingConfig } from "./training-config";

const DEFAULT_COLLATE: CollateSwitches = { preprocess_text: false, one_type_per_span: false };

export const DEFAULT_TRAINING: TrainingConfig = {
  prev_path: null,
  redraw_components: [],
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
  ...NO_WORDINGS,
  ...DEFAULT_COLLATE,
  seed: 0,
  init_seed: null,
  order_seed: null,
  types_seed: null,
  dropout_seed: null,
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
  const era = eraSettings(given.era ?? null, origin, exit);
  const training: TrainingConfig = { ...DEFAULT_TRAINING, ...era, ...givenOnly(given) };
  checkTraining(training, origin, exit);
  return training;
}

/** Keys that came after runs had been stored, with the value that leaves a run as it was. */
const LATER = new Map<string, unknown>([
  ["wordings", null],
  ["synonym_share", 0],
  ["description_share", 0],
  ["general_share", 0],
  ...STREAM_SEEDS.map((key): [string, unknown] => [key, null]),
  ["redraw_components", []],
]);

/** Settings without later keys that are off: such a run is the one that it was before there were any. */
export function withoutOff(settings: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(settings).filter(([key, value]) => !(LATER.has(key) && isDeepStrictEqual(LATER.get(key), value))),
  );
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
