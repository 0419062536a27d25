/** The section `training` of a recipe: every key, in the spelling of GLiNER's own yaml files. */
import type { CollateSwitches } from "../../batch/collate";
import type { SamplingOptions, WordingShares } from "../../batch/sampling";
import type { LossOptions } from "../../model/loss";
import type { SchedulerType } from "../../train/schedule";
import type { OptimizerSettings } from "./optimizer-eras";
import type { Precision } from "./precision";

/** What may decide which model is the best one. */
export const BEST_METRICS = ["heldout_f1", "dev_loss", "benchmark_f1"] as const;
export type BestMetric = (typeof BEST_METRICS)[number];

/** The loss in the spelling of GLiNER's yaml files. */
export interface LossSettings extends Omit<LossOptions, "alpha" | "gamma" | "prob_margin" | "reduction"> {
  loss_alpha: number;
  loss_gamma: number;
  loss_prob_margin: number;
  loss_reduction: LossOptions["reduction"];
}

/** How a run trains: the section `training` of a recipe, in the spelling of GLiNER's own yaml files. */
export interface TrainingConfig
  extends LossSettings,
    SamplingOptions,
    WordingShares,
    CollateSwitches,
    OptimizerSettings {
  /** A model folder to start from; null = a new head on `model_name`. */
  prev_path: string | null;
  /** Parts of that model that are drawn anew, as where a checkpoint lost them: rnn, span_layer, prompt, ...; the names of `freeze_components`. */
  redraw_components: readonly string[];
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
  /** Seeds every stream: init, order, types, dropout, negatives. */
  seed: number;
  /** The new head's weights in place of `seed`; null = `seed`. With these four, what spreads the results of seeds can be taken apart. */
  init_seed: number | null;
  /** The order of the records in place of `seed`. */
  order_seed: number | null;
  /** The types that each record is asked for, and their order, in place of `seed`. */
  types_seed: number | null;
  /** The masks of dropout in place of `seed`. */
  dropout_seed: number | null;
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

/** Keys that give one random stream a seed of its own. */
export const STREAM_SEEDS = ["init_seed", "order_seed", "types_seed", "dropout_seed"] as const;

/** The seed of one stream: its own where the recipe gives one, else the run's. */
export function seedOf(config: TrainingConfig, stream: "init" | "order" | "types" | "dropout"): number {
  return config[`${stream}_seed`] ?? config.seed;
}
