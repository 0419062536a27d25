/** The range or list of values that each training key accepts, and the check of a recipe against them. */
import { NEGATIVE_SOURCES } from "../../batch/sampling";
import { UserError } from "../../errors";
import { LOSS_TYPES } from "../../model/loss";
import { SCHEDULER_TYPES } from "../../train/schedule";
import { PRECISIONS } from "./precision";
import { BEST_METRICS, type TrainingConfig } from "./training-config";

/** Which values each key of the section `training` may have. */
type Key = keyof TrainingConfig;

/** Lowest value of a number. */
const AT_LEAST: Partial<Record<Key, number>> = {
  num_steps: 1,
  train_batch_size: 1,
  gradient_accumulation_steps: 1,
  save_every: 1,
  eval_every: 0,
  save_total_limit: 0,
  keep_every: 0,
  lr_encoder: 0,
  lr_others: 0,
  weight_decay_encoder: 0,
  weight_decay_other: 0,
  warmup_ratio: 0,
  warmup_steps: 0,
  max_grad_norm: 0,
  loss_gamma: 0,
  loss_prob_margin: 0,
  label_smoothing: 0,
  dice_gamma: 0,
  positive_weight: 0,
  negatives: 0,
  synonym_share: 0,
  description_share: 0,
  general_share: 0,
  eval_threshold: 0,
  early_stopping_patience: 0,
  early_stopping_threshold: 0,
  histogram_every: 0,
  max_skipped_steps: 0,
  seed: 0,
};

/** Sentences of a step that no machine of today holds at once; a larger number is a slip, and would be drawn until the memory ends. */
const MOST_AT_ONCE = 16_384;

const AT_MOST: Partial<Record<Key, number>> = {
  train_batch_size: MOST_AT_ONCE,
  gradient_accumulation_steps: MOST_AT_ONCE,
  loss_alpha: 1,
  loss_prob_margin: 1,
  label_smoothing: 1,
  negatives: 1,
  synonym_share: 1,
  description_share: 1,
  general_share: 1,
  eval_threshold: 1,
};

const WHOLE = new Set<string>([
  "num_steps",
  "train_batch_size",
  "save_every",
  "eval_every",
  "save_total_limit",
  "keep_every",
  "seed",
  "gradient_accumulation_steps",
  "early_stopping_patience",
  "histogram_every",
  "max_skipped_steps",
] satisfies Key[]);

const CHOICES: Partial<Record<Key, readonly string[]>> = {
  scheduler_type: SCHEDULER_TYPES,
  loss_type: Object.keys(LOSS_TYPES),
  masking: ["none", "global", "label", "span"],
  loss_reduction: ["sum", "mean"],
  mean_over: ["spans", "elements"],
  neg_source: Object.keys(NEGATIVE_SOURCES),
  decay_exclusions: ["bias_and_norm", "none"],
  mixed_precision: PRECISIONS,
  metric_for_best_model: ["null", ...BEST_METRICS],
  manual_negatives: ["any", "none", "negative", "negatives", "ner_negatives"],
};

/** @throws UserError naming the first key whose value is out of range */
export function checkTraining(training: TrainingConfig, origin: string, exit: 1 | 2): void {
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
  const [least, most] = [Number.isFinite(low), Number.isFinite(high)];
  const range = least && most ? ` from ${low} to ${high}` : least ? ` from ${low} on` : most ? ` up to ${high}` : "";
  return `a ${WHOLE.has(key) ? "whole " : ""}number${range}`;
}
